/** Who did what, newest first. */
import { Autocomplete, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { auditPages } from "../../api/queries";
import { Filters } from "../../parts/Filters";
import { More } from "../../parts/More";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { ago, byWhom, capital, counted, when } from "../../parts/words";
import styles from "../Settings.module.css";
import { actionOf, choices, done, object, told } from "./actions";

export function Audit() {
  const [who, setWho] = useState("");
  const [action, setAction] = useState("");
  const [seen, setSeen] = useState<string[]>([]);
  const wanted = actionOf(action.trim(), seen) || undefined;
  const [asked] = useDebouncedValue({ who: who.trim() || undefined, action: wanted }, 300);
  const query = useInfiniteQuery(auditPages(asked));
  const now = useNow(30_000);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const fresh = rows.map((row) => row.action).filter((one) => !seen.includes(one));
  if (fresh.length > 0) setSeen([...new Set([...seen, ...fresh])]);
  return (
    <Panel
      label="Audit log"
      title={
        <Filters>
          <TextInput
            aria-label="Who, the whole name"
            placeholder="Who, the whole name"
            value={who}
            onChange={(event) => setWho(event.currentTarget.value)}
          />
          <Autocomplete
            aria-label="What, such as Settings changed"
            placeholder="What, as API key made"
            data={choices(seen)}
            limit={12}
            value={action}
            onChange={setAction}
          />
        </Filters>
      }
      aside={query.data ? counted(query.data.pages[0]?.total ?? 0, "entry", "entries") : undefined}
    >
      {query.isPending ? (
        <Loading rows={8} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title="Nothing fits.">Take a word away to see more.</Empty>
      ) : (
        <>
          <table className="ledger">
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>What</th>
                <th className={styles.wide}>To what</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td className="quiet" title={when(row.at)} style={{ whiteSpace: "nowrap" }}>
                    {ago(row.at, now)}
                  </td>
                  <td title={row.who}>{capital(byWhom(row.who))}</td>
                  <td className={styles.break} title={row.action}>
                    <b>{done(row.action)}</b>
                    {told(row.details) && (
                      <details>
                        <summary className="quiet">Details</summary>
                        <span className="quiet">{told(row.details)}</span>
                      </details>
                    )}
                  </td>
                  <td className={`quiet ${styles.wide} ${styles.break}`} title={row.object_id}>
                    {row.object_type === "task" ? (
                      <Link to="/orchestrator/tasks/$id" params={{ id: row.object_id }}>
                        {capital(object(row.object_type, row.object_id, row.details))}
                      </Link>
                    ) : (
                      capital(object(row.object_type, row.object_id, row.details))
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <More query={query} />
        </>
      )}
    </Panel>
  );
}
