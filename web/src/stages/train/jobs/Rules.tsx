/** The rules by which jobs begin by themselves, and what came of each. */
import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, askIn, client } from "../../../api/client";
import { useMay } from "../../../api/me";
import { type TuningRule, tuningRules } from "../../../api/queries";
import { Panel } from "../../../parts/Panel";
import { Empty, Shown, Trouble } from "../../../parts/Rest";
import { byWhom, capital, counted, visible, when } from "../../../parts/words";
import { say } from "../acting";
import type { Go } from "../filter";
import train from "../Train.module.css";
import { useAct } from "./acting";
import styles from "./Jobs.module.css";
import { atTarget, dueWhen } from "./told";

export function Rules({ set }: { set: Go }) {
  const approver = useMay("approver");
  return (
    <Panel
      title="Jobs that begin by themselves"
      aside={
        approver && (
          <Button size="compact-sm" onClick={() => set({ new: "rule" })}>
            New rule
          </Button>
        )
      }
    >
      <Shown query={useQuery(tuningRules())} rows={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No rule yet.">A rule begins a job after so many new examples, or every so many days.</Empty>
          ) : (
            rows.map((row) => <One key={row.id} of={row} set={set} />)
          )
        }
      </Shown>
    </Panel>
  );
}

function One({ of, set }: { of: TuningRule; set: Go }) {
  const admin = useMay("admin");
  const approver = useMay("approver");
  const [asking, setAsking] = useState(false);
  const { busy, problem, act } = useAct("jobs");
  const drop = async () => {
    const path = { name: of.name };
    if (await act("drop", () => ask(client.DELETE("/api/orchestrator/training/rules/{name}", { params: { path } }))))
      say(`${of.name} is deleted.`);
    else setAsking(false);
  };
  const pause = async () => {
    const given = { params: { path: { name: of.name } }, body: { enabled: !of.enabled } };
    if (await act("pause", () => askIn(client.PATCH("/api/orchestrator/training/rules/{name}", given))))
      say(of.enabled ? `${of.name} is paused.` : `${of.name} begins jobs again.`);
  };
  return (
    <div className={styles.rule}>
      <div className="row">
        <b className={styles.wide}>{of.name}</b>
        <span className="space" />
        {of.last_job_id && (
          <button type="button" className={train.link} onClick={() => set({ id: of.last_job_id as string })}>
            Its last job
          </button>
        )}
        {approver && (
          <Button size="compact-sm" loading={busy === "pause"} onClick={() => void pause()}>
            {of.enabled ? "Pause" : "Resume"}
          </Button>
        )}
        {admin && (
          <Button size="compact-sm" onClick={() => setAsking(true)}>
            Delete
          </Button>
        )}
      </div>
      <p>
        {`${capital(dueWhen(of))}: the next version of ${visible(String(of.dataset.name))}, tuned ${atTarget(String(of.job.target))}.`}
      </p>
      <p className="quiet">
        {[
          !of.enabled && "It is paused.",
          of.enabled && of.next_at && `Next at the latest ${when(of.next_at)}.`,
          of.fired > 0 ? `It was due ${counted(of.fired, "time")}.` : "It was not due yet.",
          `By ${byWhom(of.created_by)}, ${when(of.created_at)}.`,
        ]
          .filter(Boolean)
          .join(" ")}
      </p>
      {of.error && (
        <div role="alert" className={styles.need}>
          <b>The last time no job began</b>
          <span>{visible(String(of.error.detail ?? of.error.title ?? ""))}</span>
        </div>
      )}
      {problem && <Trouble error={problem} what="Nothing was changed" />}
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Delete the rule ${of.name}?`}>
        <div className="stack">
          <p style={{ margin: 0 }}>No further job begins by it. Those that it began go on.</p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button variant="filled" color="red" loading={busy !== null} onClick={() => void drop()}>
              Delete the rule
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}
