/** A panel with a figure drawn: what and in which unit; the same as a table; the rows as a CSV file. */
import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Panel } from "../../parts/Panel";
import { Empty } from "../../parts/Rest";
import styles from "./Business.module.css";
import { type Cell, csvOf } from "./figures";

type Props = {
  title: string;
  unit: ReactNode;
  head: string[];
  rows: Cell[][];
  /** How a cell is shown where it is not shown as it stands. */
  shown?: (value: Cell, column: number, row: Cell[]) => ReactNode;
  file: string;
  empty: ReactNode;
  children: ReactNode;
};

export function Charted({ title, unit, head, rows, shown, file, empty, children }: Props) {
  const [table, setTable] = useState(false);
  return (
    <Panel
      title={title}
      note={unit}
      aside={
        rows.length > 0 && (
          <>
            <Button
              size="compact-xs"
              variant="subtle"
              aria-pressed={table}
              aria-label={table ? `${title}: show as chart` : `${title}: show as table`}
              onClick={() => setTable(!table)}
            >
              {table ? "Chart" : "Table"}
            </Button>
            <Download name={file} label={title} head={head} rows={rows} />
          </>
        )
      }
    >
      {rows.length === 0 ? (
        <Empty title="Nothing to draw yet.">{empty}</Empty>
      ) : table ? (
        <Rows head={head} rows={rows} shown={shown} label={title} />
      ) : (
        children
      )}
    </Panel>
  );
}

export function Rows({
  head,
  rows,
  shown,
  label,
  stacked = false,
}: {
  head: string[];
  rows: Cell[][];
  shown?: (value: Cell, column: number, row: Cell[]) => ReactNode;
  label: string;
  /** On a narrow screen each row is a block, its values named. */
  stacked?: boolean;
}) {
  const right = (column: number) => rows.some((row) => typeof row[column] === "number");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label={`${label}, as a table`}>
      <table className={stacked ? `ledger stacked ${styles.named}` : "ledger"}>
        <thead>
          <tr>
            {head.map((name, column) => (
              <th key={name} className={right(column) ? "right" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name and never move
            <tr key={place}>
              {row.map((value, column) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: the same of cells
                  key={column}
                  data-name={stacked && column ? head[column] : undefined}
                  className={right(column) ? "right" : undefined}
                >
                  {shown ? shown(value, column, row) : (value ?? "–")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Saves rows that are on the page already as a file. */
export function Download({ name, label, head, rows }: { name: string; label: string; head: string[]; rows: Cell[][] }) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([csvOf(head, rows)], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return (
    <Button size="compact-xs" variant="subtle" aria-label={`${label}: download as CSV`} onClick={save}>
      CSV
    </Button>
  );
}
