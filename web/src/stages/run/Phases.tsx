/** The nine phases as a line: what is done, what runs, what is to come. */
import { duration, spoken } from "../../parts/words";
import type { Detail } from "./Task";
import styles from "./Task.module.css";

export function Phases({ task }: { task: Detail }) {
  const waits = task.status === "pending_approval" || task.status === "needs_clarification";
  const done = task.steps.filter((step) => step.state === "done").length;
  const first = task.status_now.phases.find((phase) => phase.state === "running" || phase.state === "waiting")?.name;
  return (
    <ol className={styles.nine} aria-label="Phases">
      {task.status_now.phases.map((phase) => {
        const running = phase.state === "running";
        const yours = waits && phase.name === first;
        const state = yours ? "you" : running && task.status === "failed" ? "failed" : phase.state;
        const note = yours
          ? "waits for you"
          : running && phase.name === "execution"
            ? `step ${Math.min(done + 1, task.steps.length)} of ${task.steps.length}`
            : phase.state === "done"
              ? duration(phase.seconds)
              : task.status_now.waits_for && phase.name === first
                ? "waits for an agent"
                : phase.state === "skipped"
                  ? "not needed"
                  : "";
        return (
          <li
            key={phase.name}
            data-state={state}
            aria-current={running || yours ? "step" : undefined}
            title={phase.note ?? undefined}
          >
            {spoken(phase.name)}
            <small>{note || "\u00a0"}</small>
          </li>
        );
      })}
    </ol>
  );
}
