/** What it cost and took, against what was expected. */
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { cost, duration, score, spoken } from "../../parts/words";
import type { Detail } from "./Task";
import styles from "./Task.module.css";

type Phase = Detail["status_now"]["phases"][number];

/** Seconds that the product worked on it, without those in which it waited for a person. */
export function workOf({ status, status_now: told }: Pick<Detail, "status" | "status_now">): number | null {
  if (told.phases.length === 0) return told.seconds;
  const waits = (phase: Phase) =>
    phase.name === "approval" || (status === "needs_clarification" && phase.state !== "done");
  return told.phases.reduce((sum, phase) => sum + (waits(phase) ? 0 : (phase.seconds ?? 0)), 0);
}

/** Likewise of one that runs, `now` in ms: what the server had counted when it was `read`, and the time since. */
export const workSoFar = (task: Pick<Detail, "status" | "status_now">, read: number, now: number): number =>
  (workOf(task) ?? 0) + Math.max(0, now - read) / 1000;

type Props = { task: Detail; read: number; now: number; going: boolean };

export function Spent({ task, read, now, going }: Props) {
  const told = task.status_now;
  const known = told.phases.length > 0; // an imported task only knows when it was asked and when it ended
  const taken = going ? workSoFar(task, read, now) : workOf(task);
  return (
    <Panel label="Cost and time" pad>
      <div className="row" style={{ gap: 28, alignItems: "flex-end" }}>
        <div>
          <div className="big">{cost(task.cost)}</div>
          <div className="quiet">spent{told.estimated_cost > 0 ? ` of ~${cost(told.estimated_cost)}` : ""}</div>
        </div>
        <div>
          <div className="big">{duration(taken)}</div>
          <div className="quiet">
            {told.estimated_seconds > 0
              ? `at work, of about ${duration(told.estimated_seconds)}`
              : known
                ? "at work"
                : "from asked to done"}
          </div>
        </div>
      </div>
      <div className={styles.below}>
        <Facts
          right
          rows={[
            ["Planner decided", told.outcome && spoken(told.outcome).toLowerCase()],
            ["Because", told.reason],
            ["Quality", score(task.quality_score, 3)],
            ["Refinements", task.refinements],
          ]}
        />
      </div>
    </Panel>
  );
}
