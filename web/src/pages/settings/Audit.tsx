/** Who did what, newest first. */
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { auditPages } from "../../api/queries";
import { Filters } from "../../parts/Filters";
import { More } from "../../parts/More";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { ago, byWhom, capital, counted, when } from "../../parts/words";
import styles from "../Settings.module.css";

export function Audit() {
  const [who, setWho] = useState("");
  const [action, setAction] = useState("");
  const [asked] = useDebouncedValue({ who: who.trim() || undefined, action: action.trim() || undefined }, 300);
  const query = useInfiniteQuery(auditPages(asked));
  const now = useNow(30_000);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
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
          <TextInput
            aria-label="What, such as settings.changed"
            placeholder="What, as key.created"
            value={action}
            onChange={(event) => setAction(event.currentTarget.value)}
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
                  <td className={styles.break}>
                    <b>{row.action}</b>
                    {Object.keys(row.details).length > 0 && (
                      <details>
                        <summary className="quiet">Details</summary>
                        <span className="mono">{JSON.stringify(row.details)}</span>
                      </details>
                    )}
                  </td>
                  <td className={`quiet ${styles.wide} ${styles.break}`}>{`${row.object_type} ${row.object_id}`}</td>
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
