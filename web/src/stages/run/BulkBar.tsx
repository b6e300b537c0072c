/** Acts on many tasks at once, and what became of each. */
import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { type GroupFilter, groupFilter } from "../../api/queries";
import { counted, whole } from "../../parts/words";
import { save } from "./Results";
import styles from "./Tasks.module.css";

type Verb = "resume" | "pause" | "cancel" | "export" | "delete";
type Props = {
  filter: GroupFilter;
  selected: ReadonlySet<string>;
  all: boolean;
  total: number;
  selectAll: () => void;
  clear: () => void;
};
type Row = { task_id: string; ok: boolean; detail?: string | null };

export function BulkBar({ filter, selected, all, total, selectAll, clear }: Props) {
  const [busy, setBusy] = useState<Verb | null>(null);
  const [told, setTold] = useState<{ verb: Verb; rows: Row[]; done: number } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [deleting, { open, close }] = useDisclosure(false);
  const queries = useQueryClient();
  const count = all ? total : selected.size;

  const act = async (verb: Verb) => {
    setBusy(verb);
    setProblem(null);
    try {
      const which = all ? { filter: groupFilter(filter), expected: total } : { task_ids: [...selected] };
      const answer = await ask(client.POST("/api/tasks/bulk", { body: { action: verb, ...which } as never }));
      if (verb === "export") save("tasks.json", JSON.stringify(answer.tasks, null, 2), "application/json");
      setTold({ verb, rows: answer.results.filter((row) => !row.ok), done: answer.succeeded });
      if (verb === "delete") clear();
      await queries.invalidateQueries({ queryKey: ["tasks"] });
    } catch (failure) {
      if (failure instanceof Problem) setProblem(failure);
    } finally {
      setBusy(null);
      close();
    }
  };
  return (
    <>
      <div className={styles.bulk} role="toolbar" aria-label="Selected tasks">
        <b>{counted(count, "task")} selected</b>
        {!all && total > selected.size && (
          <Button size="compact-sm" variant="transparent" onClick={selectAll}>
            Select all {whole(total)} of this query
          </Button>
        )}
        <Button size="compact-sm" variant="transparent" onClick={clear}>
          Select none
        </Button>
        <span className="space" />
        {(["resume", "pause", "cancel", "export"] as const).map((verb) => (
          <Button key={verb} onClick={() => void act(verb)} loading={busy === verb} disabled={busy !== null}>
            {{ resume: "Resume", pause: "Pause", cancel: "Cancel", export: "Export JSON" }[verb]}
          </Button>
        ))}
        <Button c="var(--failed)" onClick={open} disabled={busy !== null}>
          Delete
        </Button>
      </div>
      {problem && (
        <p className={styles.results} role="alert" style={{ color: "var(--failed)" }}>
          {problem.message} {problem.hint}
        </p>
      )}
      {told && (
        <div className={styles.results} role="status">
          <p>
            <b>{`${PAST[told.verb]} ${counted(told.done, "task")}.`}</b>{" "}
            {told.rows.length > 0 && `${counted(told.rows.length, "task")} stayed as they were:`}
          </p>
          {told.rows.slice(0, 50).map((row) => (
            <p key={row.task_id}>
              <span className="mono">{row.task_id.slice(-8)}</span> {row.detail}
            </p>
          ))}
        </div>
      )}
      <Modal opened={deleting} onClose={close} title={`Delete ${counted(count, "task")}?`}>
        <div className="stack">
          <p style={{ margin: 0 }}>
            They leave every list. What was published stays published, and what was learned from them is kept. Tasks
            that still run are left alone.
          </p>
          <div className="row">
            <span className="space" />
            <Button onClick={close}>Keep them</Button>
            <Button variant="filled" color="red" loading={busy === "delete"} onClick={() => void act("delete")}>
              {`Delete ${counted(count, "task")}`}
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}

const PAST: Record<Verb, string> = {
  resume: "Resumed",
  pause: "Paused",
  cancel: "Cancelled",
  export: "Exported",
  delete: "Deleted",
};
