/** Examples in rows. A box selects one, Shift those between; the request opens it. */
import { type MouseEvent, useRef } from "react";
import type { TrainingRow } from "../../api/queries";
import { day, score, short, spoken, visible } from "../../parts/words";
import { DECIDED } from "./formats";
import styles from "./Train.module.css";

type Props = {
  rows: TrainingRow[];
  selected: ReadonlySet<string>;
  all: boolean;
  select: (next: ReadonlySet<string>) => void;
  selectable: boolean;
  open: (id: string) => void;
};

export function Examples({ rows, selected, all, select, selectable, open }: Props) {
  const anchor = useRef(0);
  const every = all || (rows.length > 0 && rows.every((row) => selected.has(row.execution_id)));
  const toggle = (place: number, event: MouseEvent<HTMLInputElement>) => {
    const next = new Set(all ? rows.map((row) => row.execution_id) : selected);
    const on = event.currentTarget.checked;
    const [from, to] = event.shiftKey
      ? [Math.min(anchor.current, place), Math.max(anchor.current, place)]
      : [place, place];
    for (const row of rows.slice(from, to + 1)) on ? next.add(row.execution_id) : next.delete(row.execution_id);
    anchor.current = place;
    select(next);
  };
  return (
    <table className={`ledger stacked ${styles.examples}`}>
      <thead>
        <tr>
          {selectable && (
            <th>
              <input
                type="checkbox"
                aria-label="Select every example shown"
                checked={every}
                onChange={() => select(every ? new Set() : new Set(rows.map((row) => row.execution_id)))}
              />
            </th>
          )}
          <th>Example</th>
          <th>Date</th>
          <th className="right">Quality</th>
          <th>Intent</th>
          <th>Tags</th>
          <th>Outcome</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => {
          const on = all || selected.has(row.execution_id);
          return (
            <tr key={row.execution_id} className={on ? "on" : undefined}>
              {selectable && (
                <td className={styles.box}>
                  <input
                    type="checkbox"
                    aria-label={`Select: ${short(row.user_request, 60)}`}
                    checked={on}
                    onClick={(event) => toggle(place, event)}
                    readOnly
                  />
                </td>
              )}
              <td className={styles.request}>
                <button type="button" className={styles.open} onClick={() => open(row.execution_id)}>
                  {short(row.user_request, 90)}
                </button>
              </td>
              <td className={styles.still}>{day(row.timestamp)}</td>
              <td className="right">{score(row.quality_score, 3)}</td>
              <td>{spoken(row.intent)}</td>
              <td>
                <Tags tags={row.tags} />
              </td>
              <td>{outcome(row)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export function Tags({ tags }: { tags: string[] }) {
  return (
    <span className={styles.tags}>
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          {visible(tag)}
        </span>
      ))}
    </span>
  );
}

/** The last word about it, in few words. */
export function outcome(row: TrainingRow): string {
  const said = row.archived_at ? "Archived" : row.success ? (DECIDED[row.decision] ?? spoken(row.decision)) : "Failed";
  return row.has_outcome ? `${said}, measured` : said;
}
