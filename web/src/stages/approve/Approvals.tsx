/** The queue of what waits for a decision, oldest first, by keyboard. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { needsYou, tasks } from "../../api/queries";
import { Key, useKeys } from "../../parts/Key";
import { useNow } from "../../parts/now";
import { PageHead } from "../../parts/PageHead";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { Glyph } from "../../parts/Status";
import { ago, channelName, cost, counted, score, short } from "../../parts/words";
import styles from "./Approvals.module.css";

export function Approvals() {
  const query = useQuery(needsYou());
  const last = useQuery(tasks({ status: "approved,publishing,completed,rejected", source: undefined, limit: 1 }));
  const now = useNow(30_000);
  const navigate = useNavigate();
  const list = useRef<HTMLUListElement>(null);
  const go = (by: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[Math.max(0, Math.min(at + by, links.length - 1))]?.focus();
  };
  useKeys([
    ["ArrowDown", () => go(1)],
    ["ArrowUp", () => go(-1)],
  ]);
  return (
    <>
      <PageHead title="Approvals" />
      <Shown query={query}>
        {(page) => {
          const rows = [...page.items].reverse(); // who waits longest is first
          if (rows.length === 0)
            return (
              <Panel label="What waits">
                <Empty title="Nothing waits.">
                  {last.data?.items[0]
                    ? `Last task decided: “${short(last.data.items[0].request, 60)}”.`
                    : "What needs your decision appears here as soon as it does."}
                </Empty>
              </Panel>
            );
          return (
            <Panel
              title={counted(page.total ?? rows.length, "task waits", "tasks wait")}
              aside={
                <span className="desk">
                  <Key>↑</Key> <Key>↓</Key> move, <Key>Enter</Key> open
                </span>
              }
            >
              <ul ref={list} className={styles.list}>
                {rows.map((task) => {
                  const asks = task.status === "needs_clarification";
                  return (
                    <li key={task.task_id}>
                      <Link
                        to={asks ? "/orchestrator/tasks/$id" : "/orchestrator/approvals/$id"}
                        params={{ id: task.task_id }}
                        className={styles.item}
                        onKeyDown={(event) => {
                          if (event.key === " ")
                            void navigate({ to: "/orchestrator/tasks/$id", params: { id: task.task_id } });
                        }}
                      >
                        <Glyph look="you" />
                        <span className={styles.what}>
                          <b>{short(task.request, 110)}</b>
                          <span className={styles.facts}>
                            {asks
                              ? "Asks a question before it plans."
                              : [
                                  task.channels.map(channelName).join(", "),
                                  task.quality_score == null ? null : `scored ${score(task.quality_score, 3)}`,
                                  cost(task.cost),
                                ]
                                  .filter(Boolean)
                                  .join(" · ")}
                          </span>
                        </span>
                        <span className="quiet">{ago(task.created_at, now)}</span>
                      </Link>
                    </li>
                  );
                })}
              </ul>
            </Panel>
          );
        }}
      </Shown>
    </>
  );
}
