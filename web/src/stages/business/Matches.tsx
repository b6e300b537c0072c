/** Links between tasks, posts and readings that nobody is sure of. Arrows move, C confirms, X refuses. */
import { Button, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { type Match, matches } from "../../api/queries";
import { Filters } from "../../parts/Filters";
import { Key, useKeys } from "../../parts/Key";
import { More } from "../../parts/More";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { capital, channelName, counted, day, percent, when, whole } from "../../parts/words";
import type { Go, Search } from "./Business";
import styles from "./Imports.module.css";

const STATES: { value: Match["state"]; label: string }[] = [
  { value: "doubtful", label: "Doubtful" },
  { value: "sure", label: "Sure" },
  { value: "confirmed", label: "Confirmed" },
  { value: "refused", label: "Refused" },
];
const SIDES: Record<Match["kind"], [string, string]> = {
  post_task: ["Post", "Task"],
  reading_post: ["Readings", "Post"],
  web_post: ["Visits", "Post"],
  evaluation_task: ["Evaluation", "Task"],
};
const LOOKS: Record<Match["state"], string> = {
  doubtful: "pending_approval",
  sure: "done",
  confirmed: "done",
  refused: "rejected",
};

export function Matches({ search, set }: { search: Search; set: Go }) {
  const state = STATES.find((one) => one.value === search.state)?.value ?? "doubtful";
  const query = useInfiniteQuery(matches(state));
  const queries = useQueryClient();
  const operator = useMay("operator");
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<unknown>();
  const list = useRef<HTMLUListElement>(null);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const place = Math.min(at, rows.length - 1);
  const decide = async (one: Match | undefined, verb: "confirm" | "refuse") => {
    if (!one || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const params = { path: { match_id: one.id }, query: { seen: one.state } };
      await ask(client.POST(`/api/business/matches/{match_id}/${verb}`, { params }));
    } catch (error) {
      setProblem(error);
    }
    await Promise.all(["matches", "business"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    setBusy(false);
  };
  /** Those in sight that wait for a word on the same task or post. */
  const alike = (one: Match) =>
    rows.filter((each) => each.state === "doubtful" && each.kind === one.kind && each.target_id === one.target_id);
  const refuseAll = async (all: Match[]) => {
    setBusy(true);
    setProblem(undefined);
    let done = 0;
    try {
      for (const each of all) {
        const params = { path: { match_id: each.id }, query: { seen: each.state } };
        await ask(client.POST("/api/business/matches/{match_id}/refuse", { params }));
        done += 1;
      }
    } catch (error) {
      setProblem(error);
    }
    notifications.show({ message: `${counted(done, "match", "matches")} refused.` });
    await Promise.all(["matches", "business"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    setBusy(false);
  };
  const again = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const found = await ask(client.POST("/api/business/matches/run"));
      const alone = Object.values(found.alone).reduce((sum, rows) => sum + rows, 0);
      notifications.show({
        message: `${counted(found.linked, "row")} found their other side; ${found.doubtful} wait for you${alone ? `; ${counted(alone, "reading or review", "readings and reviews")} without a post or task` : ""}.`,
      });
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Error(String(error)));
    }
    await Promise.all(["matches", "business"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    setBusy(false);
  };
  const go = (next: number) => setAt(Math.max(0, Math.min(next, rows.length - 1)));
  useEffect(() => {
    list.current?.querySelector(`[data-at="${place}"]`)?.scrollIntoView({ block: "nearest" });
  }, [place]);
  useKeys([
    ["ArrowDown", () => go(place + 1)],
    ["ArrowUp", () => go(place - 1)],
    ...(operator
      ? ([
          ["c", () => void decide(rows[place], "confirm")],
          ["x", () => void decide(rows[place], "refuse")],
        ] as [string, () => void][])
      : []),
  ]);
  return (
    <Panel
      label="Matches"
      title={
        <Filters>
          <Select
            aria-label="State"
            allowDeselect={false}
            value={state}
            data={STATES}
            onChange={(value) => {
              setAt(0);
              set({ state: value === "doubtful" ? undefined : (value ?? undefined) });
            }}
          />
          {operator && (
            <Button onClick={() => void again()} loading={busy}>
              Match again
            </Button>
          )}
        </Filters>
      }
      aside={query.data ? counted(query.data.pages[0]?.total ?? rows.length, "match", "matches") : undefined}
    >
      {problem !== undefined && (
        <Trouble error={problem} what="That did not work. What stands here is what there is." />
      )}
      {query.isPending ? (
        <Loading rows={5} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title={state === "doubtful" ? "No match waits for you." : "None."}>
          {state === "doubtful"
            ? "After an import, tasks, posts and readings find each other by id, address, or title and time. What is doubtful stands here."
            : "Nothing is in this state."}
        </Empty>
      ) : (
        <ul className={styles.matches} ref={list}>
          {rows.map((one, index) => (
            <li key={one.id} data-at={index} data-on={index === place || undefined} aria-current={index === place}>
              <div className={styles.pair}>
                <div>
                  <span className="quiet">{`${SIDES[one.kind][0]}${one.rows > 1 ? `, ${counted(one.rows, "row")}` : ""}`}</span>
                  <p>{one.subject_label || one.subject}</p>
                </div>
                <div>
                  <span className="quiet">
                    {[
                      SIDES[one.kind][1],
                      one.target_platform && channelName(one.target_platform),
                      one.target_at && day(one.target_at),
                    ]
                      .filter(Boolean)
                      .join(", ")}
                  </span>
                  <p>{one.target_label}</p>
                </div>
              </div>
              <div className="row">
                <Status status={LOOKS[one.state]} word={capital(one.state)} />
                <span className="quiet">{why(one)}</span>
                <span className="space" />
                {operator && one.state !== "confirmed" && (
                  <Button
                    onClick={() => void decide(one, "confirm")}
                    rightSection={index === place ? <Key>C</Key> : undefined}
                  >
                    They belong together
                    <span className="unseen">{`: ${one.subject_label} and ${one.target_label}`}</span>
                  </Button>
                )}
                {operator && one.state !== "refused" && (
                  <Button
                    onClick={() => void decide(one, "refuse")}
                    rightSection={index === place ? <Key>X</Key> : undefined}
                  >
                    They do not
                    <span className="unseen">{`: ${one.subject_label} and ${one.target_label}`}</span>
                  </Button>
                )}
                {operator && one.state === "doubtful" && alike(one).length > 1 && (
                  <Button disabled={busy} onClick={() => void refuseAll(alike(one))}>
                    {`None of the ${whole(alike(one).length)} does`}
                    <span className="unseen">{`: to ${one.target_label}`}</span>
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      <More query={query} />
    </Panel>
  );
}

/** What speaks for it: by title 62%, time 80%; decided by whom. */
function why(one: Match): string {
  const by: Record<string, string> = {
    id: "by id",
    url: "by address",
    utm: "by campaign marks",
    title: "by title and time",
  };
  const known = one.evidence as Record<string, unknown>;
  const parts = ["title", "time"]
    .filter((name) => typeof known[name] === "number")
    .map((name) => `${name} ${percent(known[name] as number)} alike`);
  const said = `${percent(one.confidence)} sure ${by[one.method] ?? one.method}`;
  const decided = one.decided_at ? `; ${one.state} by ${one.decided_by}, ${when(one.decided_at)}` : "";
  return `${said}${parts.length ? ` (${parts.join(", ")})` : ""}${decided}`;
}
