/** The queue of what waits for a decision, oldest first, by keyboard. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { type TaskRow, tasks, waitingPages } from "../../api/queries";
import { Key, useArrows } from "../../parts/Key";
import { More } from "../../parts/More";
import { useNow } from "../../parts/now";
import { PageHead } from "../../parts/PageHead";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { Glyph } from "../../parts/Status";
import { ago, channelName, cost, counted, score, short } from "../../parts/words";
import { useMine } from "../../shell/badges";
import styles from "./Approvals.module.css";

export function Approvals() {
  const query = useInfiniteQuery(waitingPages());
  const last = useQuery(tasks({ status: "approved,publishing,completed,rejected", source: undefined, limit: 1 }));
  const now = useNow(30_000);
  const mine = useMine();
  const navigate = useNavigate();
  const list = useRef<HTMLUListElement>(null);
  const go = (by: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[Math.max(0, Math.min(at + by, links.length - 1))]?.focus();
  };
  useArrows(go);
  return (
    <>
      <PageHead title="Approvals" />
      <Shown query={query}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
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
              title={counted(pages[0]?.total ?? rows.length, "task waits", "tasks wait")}
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
                          if (event.key !== " ") return;
                          event.preventDefault(); // the page would scroll
                          void navigate({ to: "/orchestrator/tasks/$id", params: { id: task.task_id } });
                        }}
                      >
                        <Glyph look={mine(task) ? "you" : "waiting"} />
                        <span className={styles.what}>
                          <b>{short(task.request, 110)}</b>
                          <span className={styles.facts}>
                            {asks
                              ? "Asks a question before it plans."
                              : [task.channels.map(channelName).join(", "), scored(task), cost(task.cost)]
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
              <More query={query} />
            </Panel>
          );
        }}
      </Shown>
    </>
  );
}

/** A task's score is that of its weakest channel. */
export function scored({ quality_score, channels }: Pick<TaskRow, "quality_score" | "channels">): string | null {
  if (quality_score == null) return null;
  return `scored ${channels.length > 1 ? "at least " : ""}${score(quality_score, 3)}`;
}
