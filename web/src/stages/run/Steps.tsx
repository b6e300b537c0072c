/** The steps as a table; a row opens what went in and what came out. */
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Json } from "../../parts/Json";
import { Key } from "../../parts/Key";
import { Panel } from "../../parts/Panel";
import { Status } from "../../parts/Status";
import { atClock, cost, counted, duration, score, spoken, visible } from "../../parts/words";
import { channelOf } from "./Graph";
import type { Detail } from "./Task";
import styles from "./Task.module.css";

type Step = Detail["steps"][number];
type Props = { task: Detail; chosen?: string; choose: (id: string | undefined) => void };

export function Steps({ task, chosen, choose }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const place = new Map(task.steps.map((step, at) => [step.id, at + 1]));
  const planned = new Map(task.plan?.steps.map((step) => [step.id, step]));
  useEffect(() => {
    if (chosen)
      body.current?.querySelector(`[data-step="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const move = (event: KeyboardEvent<HTMLButtonElement>) => {
    const names = [...(body.current?.querySelectorAll<HTMLElement>("[data-step] button") ?? [])];
    const at = names.indexOf(event.currentTarget);
    if (event.key === "ArrowDown") names[at + 1]?.focus();
    else if (event.key === "ArrowUp") names[at - 1]?.focus();
    else return;
    event.preventDefault();
  };
  if (task.steps.length === 0) return null;
  return (
    <Panel
      title="Steps"
      aside={
        <span className="desk">
          <Key>↑</Key> <Key>↓</Key> move, <Key>Enter</Key> input and output
        </span>
      }
    >
      <table className="ledger">
        <thead>
          <tr>
            <th className={styles.hide}>#</th>
            <th>Tool</th>
            <th>State</th>
            <th className={styles.hide} aria-label="Note" />
            <th className="right">Time</th>
            <th className={`right ${styles.hide}`}>Cost</th>
            <th className={`right ${styles.hide}`}>Quality</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {task.steps.map((step) => {
            const come = step.state === "waiting" || step.state === "ready";
            const expected = planned.get(step.id);
            const open = chosen === step.id;
            return [
              <tr
                key={step.id}
                data-step={step.id}
                className={`${styles.row} ${open ? "on" : ""}`}
                onClick={() => choose(open ? undefined : step.id)}
              >
                <td className={`quiet ${styles.hide}`}>{place.get(step.id)}</td>
                <td>
                  <button type="button" className={`mono ${styles.name}`} aria-expanded={open} onKeyDown={move}>
                    {step.tool}
                  </button>
                  {channelOf(expected) && <span className="quiet"> {channelOf(expected)}</span>}
                </td>
                <td>
                  <Status
                    status={step.waits_for ? "queued" : step.state}
                    word={step.waits_for ? "Handed out" : undefined}
                  />
                </td>
                <td className={`quiet ${styles.hide}`}>{note(step, place)}</td>
                <td className="right">{come ? `~${duration(expected?.estimated_seconds)}` : duration(step.seconds)}</td>
                <td className={`right ${styles.hide}`}>
                  {come ? `~${cost(expected?.estimated_cost)}` : cost(step.cost)}
                </td>
                <td className={`right ${styles.hide}`}>{score(step.quality_score)}</td>
              </tr>,
              open && (
                <tr key={`${step.id}:open`}>
                  <td colSpan={7}>
                    <Inside step={step} />
                  </td>
                </tr>
              ),
            ];
          })}
        </tbody>
      </table>
    </Panel>
  );
}

function note(step: Step, place: Map<string, number>): string {
  const problem = step.error as { detail?: string } | null | undefined;
  if (problem?.detail) return problem.detail;
  if (step.waits_for) return visible(step.waits_for);
  if (step.copied_from) return "taken over from the earlier task";
  if (step.attempt > 1) return `try ${step.attempt}`;
  if (step.state === "waiting" && step.depends_on.length)
    return `after ${step.depends_on.map((id) => place.get(id) ?? id).join(" and ")}`;
  return "";
}

function Inside({ step }: { step: Step }) {
  const told = [
    step.agent && `${spoken(step.agent)} agent`,
    counted(step.attempt, "attempt"),
    step.started_at && `began ${atClock(step.started_at)}`,
    step.started_at && `took ${duration(step.seconds)}`,
    `cost ${cost(step.cost)}`,
  ];
  return (
    <div className={styles.inside}>
      <p className="quiet">{told.filter(Boolean).join(", ")}</p>
      <div>
        <h3 className="sub">Input</h3>
        <Json value={step.input} />
      </div>
      <div>
        <h3 className="sub">{step.error ? "Problem" : "Output"}</h3>
        <Json value={step.error ?? step.output} />
      </div>
    </div>
  );
}
