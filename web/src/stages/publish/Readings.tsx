/** Readings that wait for a person: nothing reads these posts by itself. The longest due stand first. */
import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../api/me";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, channelName, counted, short, when } from "../../parts/words";
import styles from "./Content.module.css";
import { type DueReading, readingsDue } from "./planned";
import { TypeReading } from "./TypeReading";

export function Readings() {
  const query = useQuery(readingsDue());
  const [typing, setTyping] = useState<DueReading>();
  return (
    <Panel
      title="Readings due"
      aside={query.data ? counted(query.data.total, "reading") : undefined}
      note="What lies in the outbox counts once somebody says where it stands."
    >
      <Shown query={query} rows={4}>
        {(found) =>
          found.items.length === 0 ? (
            <Empty title="No reading is due.">
              What nothing reads by itself is asked of you here when it is old enough.
            </Empty>
          ) : (
            <Rows rows={found.items} type={setTyping} />
          )
        }
      </Shown>
      <Modal opened={typing !== undefined} onClose={() => setTyping(undefined)} title="Type a reading" size="lg">
        {typing && (
          <div className="stack">
            <p style={{ margin: 0 }}>
              {`${channelName(typing.channel)}: ${short(typing.title ?? "", 120)}`}
              {typing.url && (
                <>
                  {" "}
                  <a href={typing.url} target="_blank" rel="noreferrer noopener">
                    Open it
                  </a>
                </>
              )}
            </p>
            <TypeReading id={typing.publication_id} back={() => setTyping(undefined)} />
          </div>
        )}
      </Modal>
    </Panel>
  );
}

type RowsProps = { rows: DueReading[]; type: (one: DueReading) => void };

function Rows({ rows, type }: RowsProps) {
  const now = useNow(60_000);
  const may = useMay("operator");
  return (
    <table className="ledger stacked">
      <thead>
        <tr>
          <th>Text</th>
          <th>Channel</th>
          <th>Age</th>
          <th className="right">Due</th>
          <th className="right">
            <span className="unseen">Type it</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={`${one.publication_id} ${one.age_seconds}`}>
            <td>
              <Link to="/content/$id" params={{ id: one.publication_id }} className={styles.link}>
                {short(one.title ?? "A post", 90)}
              </Link>
            </td>
            <td>
              <Status status="pending_approval" word={channelName(one.channel)} />
            </td>
            <td>{one.age}</td>
            <td className="right quiet" title={when(one.due_at)}>
              {ago(one.due_at, now)}
            </td>
            <td className="right">{may && <Button onClick={() => type(one)}>Type it</Button>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
