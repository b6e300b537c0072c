/** Is it well: workers, database, alerts, and for admins everything that was looked at. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "../api/me";
import { checks, system } from "../api/queries";
import { Facts } from "../parts/Facts";
import { useNow } from "../parts/now";
import { Panel } from "../parts/Panel";
import { Empty, Shown } from "../parts/Rest";
import { Glyph } from "../parts/Status";
import { ago, counted, NONE, spoken, when } from "../parts/words";
import styles from "./Settings.module.css";
import { Findings } from "./settings/Findings";

export function System() {
  const query = useQuery(system());
  const now = useNow(10_000);
  const admin = useMay("admin");
  return (
    <Shown query={query}>
      {(found) => (
        <>
          <h1 className="say" style={{ marginBottom: 18 }}>
            {found.well ? "All well." : <em>{trouble(found)}</em>}
          </h1>
          <div className="columns">
            <div className="stack">
              <Panel title="Alerts" aside={found.alerts.length ? String(found.alerts.length) : undefined}>
                {found.alerts.length === 0 && found.unknown_outcomes === 0 ? (
                  <Empty title="No alert.">What stands still or goes wrong is told here.</Empty>
                ) : (
                  <ul className={styles.findings}>
                    {found.unknown_outcomes > 0 && (
                      <li>
                        <Glyph look="unknown" />
                        <b>Unknown outcomes</b>
                        <span>
                          {`${counted(found.unknown_outcomes, "delivery waits", "deliveries wait")} for an answer. `}
                          <Link to="/content">Answer</Link>
                        </span>
                      </li>
                    )}
                    {found.alerts.map((alert) => (
                      <li key={alert.id}>
                        <Glyph look="failed" />
                        <b>{spoken(alert.kind)}</b>
                        <span>
                          {alert.detail}
                          <em>
                            {`Since ${ago(alert.raised_at, now)}. `}
                            {alert.subject.startsWith("account:") && (
                              <Link to="/content" search={{ tab: "channels" }}>
                                Open channels
                              </Link>
                            )}
                            {/^[0-9a-f-]{36}$/.test(alert.subject) && (
                              <Link to="/orchestrator/tasks/$id" params={{ id: alert.subject }}>
                                See the task
                              </Link>
                            )}
                          </em>
                        </span>
                      </li>
                    ))}
                  </ul>
                )}
              </Panel>
              {admin && <Checks />}
            </div>
            <div className="stack">
              <Panel title="Workers" aside={String(found.workers.length)}>
                {found.workers.length === 0 ? (
                  <Empty title="None runs.">Tasks wait until one does.</Empty>
                ) : (
                  <ul className={`${styles.findings} ${styles.slim}`}>
                    {found.workers.map((worker) => (
                      <li key={worker.holder}>
                        <Glyph look="done" />
                        <b>{`Process ${worker.process_id}`}</b>
                        <span>
                          {`Last beat ${ago(worker.beat_at, now)}`}
                          <em title={when(worker.started_at)}>{`Started ${ago(worker.started_at, now)}`}</em>
                        </span>
                      </li>
                    ))}
                  </ul>
                )}
              </Panel>
              <Panel title="Product" pad>
                <Facts
                  rows={[
                    ["Version", found.version],
                    ["Database", `PostgreSQL ${found.database.version}${found.database.embedded ? ", embedded" : ""}`],
                    [
                      "Schema",
                      `${found.database.schema_revision ?? NONE}${found.database.current ? ", current" : ", behind"}`,
                    ],
                    ["Vector search", found.database.vector_search ? "pgvector" : "exact, without pgvector"],
                  ]}
                />
              </Panel>
            </div>
          </div>
        </>
      )}
    </Shown>
  );
}

type Found = { alerts: unknown[]; unknown_outcomes: number; workers: unknown[]; database: { current: boolean } };

function trouble(found: Found): string {
  if (!found.database.current) return "The database is behind.";
  if (found.workers.length === 0) return "No worker runs.";
  if (found.alerts.length === 0)
    return `${counted(found.unknown_outcomes, "delivery waits", "deliveries wait")} for an answer.`;
  return `${counted(found.alerts.length, "thing needs", "things need")} a look.`;
}

function Checks() {
  const query = useQuery({ ...checks(), refetchInterval: 60_000 });
  return (
    <Panel title="Looked at" note="As cofounder doctor says">
      <Shown query={query}>{(page) => <Findings items={page.items} />}</Shown>
    </Panel>
  );
}
