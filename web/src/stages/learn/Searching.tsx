/** Looking for patterns now, and what the newest searches came to. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask, client } from "../../api/client";
import { useMay } from "../../api/me";
import { complain } from "../../api/problem";
import { type PatternRun, patternRuns, SEARCHING } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, byWhom, counted, duration, when, whole } from "../../parts/words";
import styles from "./Learning.module.css";

export function SearchNow() {
  const operator = useMay("operator");
  const queries = useQueryClient();
  const newest = useQuery(patternRuns()).data?.items[0];
  const going = newest !== undefined && SEARCHING.includes(newest.state);
  if (!operator) return null;
  const search = async () => {
    try {
      await ask(client.POST("/api/orchestrator/learning/runs"));
    } catch (error) {
      complain("Could not search", error);
    }
    await queries.invalidateQueries({ queryKey: ["learning-runs"] });
  };
  return (
    <Button variant="filled" disabled={going} onClick={() => void search()}>
      {going ? "Searching…" : "Search now"}
    </Button>
  );
}

/** Where the newest search is, or what it came to, in one line. */
export function Searched() {
  const newest = useQuery(patternRuns()).data?.items[0];
  const now = useNow(5_000);
  if (!newest) return null;
  return (
    <p className={styles.run} role="status">
      <Status status={newest.state === "unchanged" ? "done" : newest.state} word={WORDS[newest.state]} />
      <span className="quiet">{toldOf(newest, now)}</span>
    </p>
  );
}

const WORDS: Record<PatternRun["state"], string> = {
  queued: "Waits for a worker",
  running: "Searching",
  succeeded: "Searched",
  unchanged: "Nothing new to read",
  failed: "The search failed",
};

function toldOf(run: PatternRun, now: number): string {
  if (run.state === "queued" && run.unmade)
    return `An import is not complete: ${counted(run.unmade, "example")} of it to be made. The search waits for them, at most ten minutes.`;
  if (run.state === "queued") return `asked for ${ago(run.created_at, now)}; is a worker running?`;
  if (run.state === "running")
    return `begun ${ago(run.started_at, now)}; it reads outcomes, then tests every candidate.`;
  if (run.state === "failed")
    return `${ago(run.finished_at, now)}: ${String(run.error?.detail ?? run.error?.title ?? "no reason was kept")}. What stood before still stands; search again.`;
  return `${ago(run.finished_at, now)}: ${cameTo(run)}${run.waiting ? ` ${counted(run.waiting, "post")} wait for a reading at 72 hours.` : ""}`;
}

const cameTo = (run: PatternRun) =>
  `${counted(run.tested, "candidate")} tested, ${whole(run.stand)} stand: ${whole(run.found)} new, ${whole(run.confirmed)} confirmed, ${whole(run.retired)} retired.`;

const READ: [string, string][] = [
  ["engagement", "posts"],
  ["quality", "judged texts"],
  ["approval", "decided texts"],
];

export function Searches() {
  const query = useQuery(patternRuns());
  return (
    <Panel title="Searches" note="the newest ten">
      <Shown query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No search yet.">
              A worker searches every few hours; an operator can search now, at the top of this page.
            </Empty>
          ) : (
            <table className={`ledger stacked ${styles.named}`}>
              <thead>
                <tr>
                  <th>Search</th>
                  <th>State</th>
                  <th>Read</th>
                  <th className="right">Tested</th>
                  <th className="right">Stand</th>
                  <th className="right">New</th>
                  <th className="right">Confirmed</th>
                  <th className="right">Retired</th>
                  <th className="right">Took</th>
                </tr>
              </thead>
              <tbody>
                {items.map((run) => (
                  <tr key={run.id}>
                    <td>
                      {when(run.created_at)}{" "}
                      <span className="quiet">
                        {run.requested_by
                          ? `by ${byWhom(run.requested_by)}`
                          : run.trigger === "schedule"
                            ? "by the schedule"
                            : ""}
                        {run.is_sample && " in sample data"}
                      </span>
                    </td>
                    <td>
                      <Status status={run.state === "unchanged" ? "done" : run.state} word={WORDS[run.state]} />
                    </td>
                    <td className="quiet">
                      {READ.filter(([name]) => run.n[name])
                        .map(([name, what]) => `${whole(run.n[name])} ${what}`)
                        .join(", ") || "–"}
                    </td>
                    {(["tested", "stand", "found", "confirmed", "retired"] as const).map((name) => (
                      <td key={name} className="right" data-name={name === "found" ? "New" : HEADS[name]}>
                        {whole(run[name])}
                      </td>
                    ))}
                    <td className="right" data-name="Took">
                      {run.started_at && run.finished_at
                        ? duration((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000)
                        : "–"}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
    </Panel>
  );
}
const HEADS = { tested: "Tested", stand: "Stand", confirmed: "Confirmed", retired: "Retired" };
