/** What happened, newest first, from the rows of phases and steps. */
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { lookOf } from "../../parts/Status";
import { atClock, duration, spoken } from "../../parts/words";
import type { Detail } from "./Task";
import styles from "./Task.module.css";

type Event = { at: string; look: string; text: string };

export function events(task: Detail): Event[] {
  const found: Event[] = [{ at: task.created_at, look: "done", text: "Asked" }];
  for (const step of task.steps) {
    const name = spoken(step.tool);
    const told = (step.error as { detail?: string } | null | undefined)?.detail;
    if (step.finished_at && step.state === "done")
      found.push({
        at: step.finished_at,
        look: "done",
        text: `${name} done in ${duration(step.seconds)}${step.attempt > 1 ? `, try ${step.attempt}` : ""}`,
      });
    else if (step.finished_at)
      found.push({
        at: step.finished_at,
        look: lookOf(step.state),
        text: `${name} ${step.state}${told ? `: ${told}` : ""}`,
      });
    else if (step.started_at) found.push({ at: step.started_at, look: "running", text: `${name} started` });
  }
  if (task.completed_at) found.push({ at: task.completed_at, look: lookOf(task.status), text: `Task ${task.status}` });
  return found.sort((one, other) => other.at.localeCompare(one.at));
}

export function Happened({ task }: { task: Detail }) {
  const all = events(task);
  const notes = task.status_now.phases.filter((phase) => phase.note);
  return (
    <Panel title="What happened" pad>
      <ol className={styles.log}>
        {all.slice(0, 14).map((event) => (
          <li key={event.at + event.text} data-look={event.look}>
            <span className="quiet">{atClock(event.at)}</span> {event.text}
          </li>
        ))}
      </ol>
      {notes.length > 0 && (
        <div className={styles.below}>
          <Facts right rows={notes.map((phase) => [spoken(phase.name), phase.note?.replace(/\bperson:(?=\S)/g, "")])} />
        </div>
      )}
    </Panel>
  );
}
