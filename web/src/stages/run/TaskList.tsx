/** The rows, drawn only where they are seen. Arrows move, Enter opens, Space selects, Shift extends. */
import { useMediaQuery } from "@mantine/hooks";
import { useElementScrollRestoration, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { TaskRow } from "../../api/queries";
import { useArrows } from "../../parts/Key";
import { Notches } from "../../parts/Notches";
import { useNow } from "../../parts/now";
import { Status } from "../../parts/Status";
import { ago, channelName, cost, duration, score, visible, when } from "../../parts/words";
import styles from "./Tasks.module.css";

type Props = {
  rows: TaskRow[];
  selected: ReadonlySet<string>;
  setSelected: (next: ReadonlySet<string>) => void;
  all: boolean;
  selectable: boolean;
  more?: () => void;
};

export function TaskList({ rows, selected, setSelected, all, selectable, more }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const narrow = useMediaQuery("(max-width: 720px)") ?? false;
  const navigate = useNavigate();
  const now = useNow(30_000);
  const left = useElementScrollRestoration({ id: "tasks" })?.scrollY ?? 0; // where Back comes back to
  const [at, setAt] = useState(() => Math.ceil(left / (narrow ? 58 : 38)));
  const anchor = useRef(0);
  const drawn = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (narrow ? 58 : 38),
    overscan: 12,
    initialOffset: left,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height of a row changes with the width of the window
  useEffect(() => drawn.measure(), [narrow]);
  const seen = drawn.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 25) more?.();
  }, [last, rows.length, more]);

  const toggle = (index: number, extend: boolean) => {
    const next = new Set(all ? rows.map((row) => row.task_id) : selected); // one taken out of all leaves the others
    const [from, to] = extend ? [Math.min(anchor.current, index), Math.max(anchor.current, index)] : [index, index];
    const on = extend || !next.has(rows[index]?.task_id ?? "");
    for (const row of rows.slice(from, to + 1)) on ? next.add(row.task_id) : next.delete(row.task_id);
    if (!extend) anchor.current = index;
    setSelected(next);
  };
  const go = (index: number) => {
    const place = Math.max(0, Math.min(index, rows.length - 1));
    setAt(place);
    drawn.scrollToIndex(place);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${place}"]`)?.focus());
    return place;
  };
  useArrows((by) => go(box.current?.contains(document.activeElement) ? at + by : at));
  const open = (row: TaskRow) => void navigate({ to: "/orchestrator/tasks/$id", params: { id: row.task_id } });
  const key = (event: KeyboardEvent, index: number) => {
    const row = rows[index];
    if (!row) return;
    if (selectable && event.key === "a" && (event.ctrlKey || event.metaKey)) {
      setSelected(new Set(rows.map((each) => each.task_id)));
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -rows.length, End: rows.length }[
      event.key
    ];
    if (step !== undefined) {
      const place = go(index + step);
      if (event.shiftKey && selectable) toggle(place, true);
    } else if (event.key === "Enter") open(row);
    else if (event.key === " " && selectable) toggle(index, event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      data-scroll-restoration-id="tasks"
      className={styles.list}
      role="grid"
      aria-rowcount={rows.length + 1}
      aria-label="Tasks"
      aria-multiselectable={selectable}
    >
      <div className={`${styles.line} ${styles.names}`} role="row" tabIndex={-1}>
        <span role="columnheader" tabIndex={-1} aria-label="Selected">
          {selectable && (
            <input
              type="checkbox"
              checked={all || (rows.length > 0 && rows.every((row) => selected.has(row.task_id)))}
              aria-label="Select every task shown"
              onChange={(event) =>
                setSelected(new Set(event.currentTarget.checked ? rows.map((row) => row.task_id) : []))
              }
            />
          )}
        </span>
        <span role="columnheader" tabIndex={-1}>
          Request
        </span>
        <span role="columnheader" tabIndex={-1}>
          Status
        </span>
        <span role="columnheader" tabIndex={-1}>
          Phase
        </span>
        <span role="columnheader" tabIndex={-1} className={styles.wide}>
          Channels
        </span>
        <span role="columnheader" tabIndex={-1} className={`${styles.right} ${styles.wide}`}>
          Quality
        </span>
        <span role="columnheader" tabIndex={-1} className={`${styles.right} ${styles.wide}`}>
          Cost
        </span>
        <span role="columnheader" tabIndex={-1} className={styles.right}>
          Time
        </span>
        <span role="columnheader" tabIndex={-1} className={`${styles.right} ${styles.wide}`}>
          Asked
        </span>
      </div>
      <div role="rowgroup" style={{ height: drawn.getTotalSize(), position: "relative" }}>
        {seen.map(({ index, start, size }) => {
          const row = rows[index];
          if (!row) return null;
          const on = all || selected.has(row.task_id);
          return (
            <div
              key={row.task_id}
              role="row"
              data-index={index}
              data-odd={index % 2 ? true : undefined}
              aria-rowindex={index + 2}
              aria-selected={on}
              tabIndex={index === at ? 0 : -1}
              className={styles.line}
              style={{
                position: "absolute",
                top: 0,
                left: 0,
                right: 0,
                height: size,
                transform: `translateY(${start}px)`,
              }}
              onClick={() => open(row)}
              onFocus={() => setAt(index)}
              onKeyDown={(event) => key(event, index)}
            >
              <span role="gridcell" tabIndex={-1}>
                {selectable && (
                  <input
                    type="checkbox"
                    tabIndex={-1}
                    checked={on}
                    aria-label={`Select “${row.request.slice(0, 60)}”`}
                    onClick={(event) => {
                      event.stopPropagation();
                      toggle(index, event.shiftKey);
                    }}
                    onChange={() => undefined}
                  />
                )}
              </span>
              <span role="gridcell" tabIndex={-1} className={styles.request} title={visible(row.request)}>
                {visible(row.request)}
              </span>
              <span role="gridcell" tabIndex={-1} className={styles.second}>
                <Status status={row.status} />
                <Notches phase={row.phase} status={row.status} />
              </span>
              <span role="gridcell" tabIndex={-1} className={styles.narrow}>
                <Status status={row.status} />
              </span>
              <span role="gridcell" tabIndex={-1} className={styles.narrow}>
                <Notches phase={row.phase} status={row.status} />
              </span>
              <span role="gridcell" tabIndex={-1} className={`${styles.narrow} ${styles.wide}`}>
                {row.channels.map(channelName).join(", ") || "–"}
              </span>
              <span role="gridcell" tabIndex={-1} className={`${styles.right} ${styles.narrow} ${styles.wide}`}>
                {score(row.quality_score)}
              </span>
              <span role="gridcell" tabIndex={-1} className={`${styles.right} ${styles.narrow} ${styles.wide}`}>
                {cost(row.cost)}
              </span>
              <span role="gridcell" tabIndex={-1} className={`${styles.right} ${styles.narrow}`}>
                {duration(row.seconds)}
              </span>
              <span
                role="gridcell"
                tabIndex={-1}
                className={`${styles.right} ${styles.narrow} ${styles.wide}`}
                title={when(row.created_at)}
              >
                {ago(row.created_at, now)}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
