/** Acts on many tasks at once, and what became of each. */
import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useProblem } from "../../api/problem";
import { type GroupFilter, groupFilter } from "../../api/queries";
import { wordOf } from "../../parts/Status";
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
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const [asking, setAsking] = useState<"cancel" | "delete" | null>(null);
  const queries = useQueryClient();
  const count = all ? total : selected.size;

  const act = async (verb: Verb) => {
    setBusy(verb);
    setProblem(null);
    try {
      const which = all ? { filter: groupFilter(filter), expected: total } : { task_ids: [...selected] };
      const answer = await ask(client.POST("/api/tasks/bulk", { body: { action: verb, ...which } as never }));
      if (verb === "export") save("tasks.json", JSON.stringify(answer.tasks, null, 2), "application/json");
      if (verb === "delete" && answer.failed === 0) {
        notifications.show({ message: `Deleted ${counted(answer.succeeded, "task")}.` });
        clear(); // with it goes this bar
      } else setTold({ verb, rows: answer.results.filter((row) => !row.ok), done: answer.succeeded });
      await queries.invalidateQueries({ queryKey: ["tasks"] });
    } catch (failure) {
      if (failure instanceof Problem) setProblem(failure);
    } finally {
      setBusy(null);
      setAsking(null);
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
          <Button
            key={verb}
            onClick={() => (verb === "cancel" ? setAsking(verb) : void act(verb))}
            loading={busy === verb}
            disabled={busy !== null || count === 0}
          >
            {{ resume: "Resume", pause: "Pause", cancel: "Cancel", export: "Export JSON" }[verb]}
          </Button>
        ))}
        <Button c="var(--failed)" onClick={() => setAsking("delete")} disabled={busy !== null || count === 0}>
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
            {told.rows.length > 0 &&
              `${counted(told.rows.length, "task")} stayed as ${told.rows.length === 1 ? "it was" : "they were"}:`}
          </p>
          {told.rows.slice(0, MOST_TOLD).map((row) => (
            <p key={row.task_id}>
              <Link to="/orchestrator/tasks/$id" params={{ id: row.task_id }} className="mono">
                {row.task_id.slice(-8)}
              </Link>{" "}
              {row.detail?.replace(/\b[a-z]+(_[a-z]+)+\b/g, (name) => wordOf(name).toLowerCase())}
            </p>
          ))}
          {told.rows.length > MOST_TOLD && (
            <p>
              {`and ${whole(told.rows.length - MOST_TOLD)} more. `}
              <Button
                size="compact-sm"
                onClick={() => save("results.json", JSON.stringify(told.rows, null, 2), "application/json")}
              >
                Save all of them
              </Button>
            </p>
          )}
        </div>
      )}
      <Modal
        opened={asking !== null}
        onClose={() => setAsking(null)}
        title={asking && `${ASKED[asking].verb} ${counted(count, "task")}?`}
      >
        {asking && (
          <div className="stack">
            <p style={{ margin: 0 }}>{ASKED[asking].what}</p>
            <div className="row">
              <span className="space" />
              <Button onClick={() => setAsking(null)}>Keep them</Button>
              <Button variant="filled" color="red" loading={busy === asking} onClick={() => void act(asking)}>
                {`${ASKED[asking].verb} ${counted(count, "task")}`}
              </Button>
            </div>
          </div>
        )}
      </Modal>
    </>
  );
}

const MOST_TOLD = 50;

const PAST: Record<Verb, string> = {
  resume: "Resumed",
  pause: "Paused",
  cancel: "Cancelled",
  export: "Exported",
  delete: "Deleted",
};

const ASKED = {
  cancel: {
    verb: "Cancel",
    what: "They stop for good. What was already published stays published; those that have ended stay as they are.",
  },
  delete: {
    verb: "Delete",
    what: "They leave every list. What was published stays published, and what was learned from them is kept. Tasks that are not over, such as queued ones, are left alone: cancel them first.",
  },
};
