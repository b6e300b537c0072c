/** What lies between two versions: lines added, removed and labelled differently, and why. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { datasetLineage, datasetsCompared } from "../../api/queries";
import { Figures } from "../../parts/Figures";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { short, spoken, visible, whole } from "../../parts/words";
import { titled } from "./Datasets";
import styles from "./Train.module.css";

export function Compare({ first, second, back }: { first: string; second: string; back: () => void }) {
  const query = useQuery(datasetsCompared(first, second));
  const one = useQuery(datasetLineage(first)).data?.dataset;
  const other = useQuery(datasetLineage(second)).data?.dataset;
  return (
    <div className="stack">
      <div className="row">
        <h2 className={styles.title}>{one && other ? `From ${titled(one)} to ${titled(other)}` : "Two versions"}</h2>
        <span className="space" />
        <Button onClick={back}>All datasets</Button>
      </div>
      <Shown query={query} rows={8}>
        {(found) => (
          <>
            <Figures
              label="What lies between them"
              figures={[
                { id: "added", name: "Added", value: whole(found.added), note: "only in the second" },
                { id: "removed", name: "Removed", value: whole(found.removed), note: "only in the first" },
                {
                  id: "relabelled",
                  name: "Relabelled",
                  value: whole(found.relabelled),
                  note: `${whole(found.moved)} in another part`,
                },
                { id: "same", name: "The same", value: whole(found.same), note: "byte for byte" },
              ]}
            />
            <Recipe recipe={found.recipe} />
            <Lines title="Added" rows={found.added_lines} count={found.added} />
            <Lines title="Removed" rows={found.removed_lines} count={found.removed} />
            <Lines title="Relabelled" rows={found.relabelled_lines} count={found.relabelled} />
          </>
        )}
      </Shown>
    </div>
  );
}

const told = (value: unknown): string =>
  value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);

function Recipe({ recipe }: { recipe: Record<string, unknown[]> }) {
  const names = Object.keys(recipe);
  if (names.length === 0) return <p className="quiet">Both were asked for in the same words.</p>;
  return (
    <Panel title="Asked differently">
      <table className="ledger stacked">
        <thead>
          <tr>
            <th>What</th>
            <th>First</th>
            <th>Second</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <td>{spoken(name)}</td>
              <td className={`mono ${styles.break}`}>{visible(told(recipe[name]?.[0]))}</td>
              <td className={`mono ${styles.break}`}>{visible(told(recipe[name]?.[1]))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Lines({ title, rows, count }: { title: string; rows: Schemas["CompareOut"]["added_lines"]; count: number }) {
  if (rows.length === 0) return null;
  return (
    <Panel
      title={title}
      aside={rows.length < count ? `the first ${whole(rows.length)} of ${whole(count)}` : whole(count)}
    >
      <table className="ledger stacked">
        <thead>
          <tr>
            <th>Line</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.execution_id} ${row.part} ${row.request}`}>
              <td>
                {short(row.request, 100)}
                {row.part && <span className="quiet">{` ${row.part}`}</span>}
              </td>
              <td>
                {visible(row.why)}
                {Object.entries(row.labels ?? {}).map(([label, pair]) => (
                  <div key={label} className="quiet">
                    {`${spoken(label)}: ${visible(told(pair[0]))} → ${visible(told(pair[1]))}`}
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
