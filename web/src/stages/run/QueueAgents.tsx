/** The agents that have polled: when last, how fast, what failed, what each holds; how to connect the first one. */
import { useQuery } from "@tanstack/react-query";
import { commandAgents } from "../../api/queries";
import { Json } from "../../parts/Json";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { ago, counted, visible, whole } from "../../parts/words";
import styles from "./Queue.module.css";

const TEN_LINES = () => `import os

from cofounder.client import Command, worker


def count_words(command: Command) -> dict[str, int]:
    return {"words": len(command.payload["text"].split())}


worker("${window.location.origin}", os.environ["AGENT_KEY"], "counter", count_words)`;

export function QueueAgents({ open }: { open: (id: string) => void }) {
  const query = useQuery(commandAgents());
  const now = useNow(5_000);
  const connected = query.data?.items.filter((one) => one.connected).length ?? 0;
  return (
    <Panel
      title="Agents"
      aside={query.data?.items.length ? `${connected} of ${counted(query.data.items.length, "agent")} connected` : ""}
    >
      <Shown query={query} rows={3}>
        {(found) =>
          found.items.length === 0 ? (
            <>
              <Empty title="No agent has polled.">
                How to connect one: make a key under Settings (role operator), and start these ten lines.
              </Empty>
              <div className={styles.connect}>
                <Json value={TEN_LINES()} />
                <p className="quiet">
                  Any program that speaks HTTP can be an agent: claim with POST /api/commands/claim, answer with PATCH
                  /api/commands/ID/result.
                </p>
              </div>
            </>
          ) : (
            <div className={styles.scroll}>
              <table className="ledger">
                <thead>
                  <tr>
                    <th>Agent</th>
                    <th>Last beat</th>
                    <th>Holds</th>
                    <th className={`${styles.right} ${styles.wide}`}>A minute</th>
                    <th className={`${styles.right} ${styles.wide}`}>Completed</th>
                    <th className={styles.right}>Failed</th>
                    <th className={`${styles.right} ${styles.wide}`}>Leases lost</th>
                  </tr>
                </thead>
                <tbody>
                  {found.items.map((one) => (
                    <tr key={`${one.agent_type} ${one.agent}`} style={{ cursor: "default" }}>
                      <td className={styles.named}>
                        <span className={styles.dot} data-off={!one.connected} />
                        <b>{visible(one.agent)}</b>
                        <div className="quiet">
                          {one.agent_type}, {one.connected ? "connected" : "silent"}
                        </div>
                      </td>
                      <td>{ago(one.last_seen_at, now)}</td>
                      <td>
                        {one.holds.length === 0
                          ? "–"
                          : one.holds.slice(0, 3).map((id, index) => (
                              <button key={id} type="button" className={styles.open} onClick={() => open(id)}>
                                {index ? `, …${id.slice(-6)}` : `…${id.slice(-6)}`}
                              </button>
                            ))}
                        {one.holds.length > 3 && ` and ${one.holds.length - 3} more`}
                      </td>
                      <td className={`${styles.right} ${styles.wide}`}>{one.per_minute.toFixed(1)}</td>
                      <td className={`${styles.right} ${styles.wide}`}>{whole(one.completed)}</td>
                      <td className={styles.right}>{whole(one.failed)}</td>
                      <td className={`${styles.right} ${styles.wide}`}>{whole(one.lost)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Shown>
    </Panel>
  );
}
