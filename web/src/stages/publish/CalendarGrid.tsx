/** The calendar as a month, as a week by hours, and on a phone as a list of the days that have something. */
import { type DragEvent, Fragment, useEffect, useRef, useState } from "react";
import { Empty } from "../../parts/Rest";
import { Glyph, lookOf, wordOf } from "../../parts/Status";
import styles from "./Content.module.css";
import { dayOf } from "./month";
import { apart, firstHour, type Item, movedTo } from "./plan";

const locale = typeof navigator === "undefined" ? "en" : navigator.language;
const WEEKDAY = new Intl.DateTimeFormat(locale, { weekday: "short" });
const SHORT_DAY = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric" });
const LONG_DAY = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const HOUR = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const MOST = 3;

type Drop = ((one: Item, to: Date) => void) | undefined;
type Grid = {
  found: Map<string, Item[]>;
  now: Date;
  show: (one: Item) => void;
  drop: Drop;
  busy: string | null;
};

/** What is being dragged; the browser tells it to nobody until it is let go. */
let dragged: Item | null = null;

/** A place to let go of what is dragged. `hour`: to that hour, else to the same time of day. */
function usePlace(day: Date, drop: Drop, hour?: number) {
  const [over, setOver] = useState(false);
  if (!drop) return {};
  return {
    "data-over": over || undefined,
    onDragOver: (event: DragEvent) => {
      if (!dragged) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (dragged) drop(dragged, movedTo(dragged.time, day, hour));
      dragged = null;
    },
  };
}

export function CalendarMonth({ weeks, month, ...grid }: Grid & { weeks: Date[][]; month: number }) {
  return (
    <table className={styles.grid}>
      <thead>
        <tr>
          {weeks[0]?.map((day) => (
            <th key={day.getDay()} scope="col">
              {WEEKDAY.format(day)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={dayOf(week[0] as Date)}>
            {week.map((day) => (
              <Day key={dayOf(day)} day={day} out={day.getMonth() !== month} {...grid} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Day({ day, out, found, now, show, drop, busy }: Grid & { day: Date; out: boolean }) {
  const { live: items, stopped } = apart(found.get(dayOf(day)) ?? []);
  const today = dayOf(day) === dayOf(now);
  const shown = items.length > MOST ? items.slice(0, MOST - 1) : items;
  return (
    <td data-out={out || undefined} data-today={today || undefined} {...usePlace(day, drop)}>
      <time className={styles.day} dateTime={dayOf(day)} aria-current={today ? "date" : undefined}>
        {day.getDate()}
      </time>
      {shown.map((one) => (
        <Entry key={one.key} one={one} show={show} drags={drop !== undefined} busy={busy === one.key} />
      ))}
      {items.length > shown.length && (
        <details>
          <summary className="quiet">{`${items.length - shown.length} more`}</summary>
          {items.slice(shown.length).map((one) => (
            <Entry key={one.key} one={one} show={show} drags={drop !== undefined} busy={busy === one.key} />
          ))}
        </details>
      )}
      <Stopped of={stopped} show={show} />
    </td>
  );
}

/** What was stopped takes one line, until somebody wants to see it. */
function Stopped({ of, show, wide }: { of: Item[]; show: (one: Item) => void; wide?: boolean }) {
  if (of.length === 0) return null;
  return (
    <details>
      <summary className="quiet">{`${of.length} stopped`}</summary>
      {of.map((one) => (
        <Entry key={one.key} one={one} show={show} drags={false} busy={false} wide={wide} />
      ))}
    </details>
  );
}

export function CalendarWeek({ days, ...grid }: Grid & { days: Date[] }) {
  const box = useRef<HTMLDivElement>(null);
  const first = firstHour(days.flatMap((day) => grid.found.get(dayOf(day)) ?? []));
  const week = days[0] ? dayOf(days[0]) : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: another week begins at its own first hour
  useEffect(() => {
    const row = box.current?.querySelector<HTMLElement>(`[data-hour="${first}"]`);
    const head = box.current?.querySelector("thead")?.offsetHeight ?? 0;
    if (box.current && row) box.current.scrollTop = row.offsetTop - head;
  }, [week, first]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <div ref={box} className={styles.hours} tabIndex={0}>
      <table className={styles.week}>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Hour</span>
            </th>
            {days.map((day) => (
              <th key={dayOf(day)} scope="col" data-today={dayOf(day) === dayOf(grid.now) || undefined}>
                {SHORT_DAY.format(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {HOURS.map((hour) => (
            <tr key={hour} data-hour={hour}>
              <th scope="row">{HOUR.format(new Date(2026, 0, 1, hour))}</th>
              {days.map((day) => (
                <Hour key={dayOf(day)} day={day} hour={hour} {...grid} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Hour({ day, hour, found, show, drop, busy }: Grid & { day: Date; hour: number }) {
  const here = (found.get(dayOf(day)) ?? []).filter((one) => new Date(one.time).getHours() === hour);
  const { live: items, stopped } = apart(here);
  return (
    <td className={styles.cell} {...usePlace(day, drop, hour)}>
      {items.map((one) => (
        <Entry key={one.key} one={one} show={show} drags={drop !== undefined} busy={busy === one.key} />
      ))}
      <Stopped of={stopped} show={show} />
    </td>
  );
}

export function CalendarDays({ days, found, show, busy }: Grid & { days: Date[] }) {
  const full = days.filter((day) => found.has(dayOf(day)));
  if (full.length === 0)
    return <Empty title="Nothing in this time.">What is published, scheduled or to come stands here.</Empty>;
  return (
    <ul className={styles.days}>
      {full.map((day) => (
        <li key={dayOf(day)} className={styles.dated}>
          <h3>{LONG_DAY.format(day)}</h3>
          {apart(found.get(dayOf(day)) ?? []).live.map((one) => (
            <Fragment key={one.key}>
              <Entry one={one} show={show} drags={false} busy={busy === one.key} wide />
              {one.conflicts.map((each) => (
                <p key={each.told} className={styles.told}>
                  {each.told}
                </p>
              ))}
            </Fragment>
          ))}
          <Stopped of={apart(found.get(dayOf(day)) ?? []).stopped} show={show} wide />
        </li>
      ))}
    </ul>
  );
}

const WORDS: Record<string, string> = { coming: "To come" };

type EntryProps = { one: Item; show: (one: Item) => void; drags: boolean; busy: boolean; wide?: boolean };

function Entry({ one, show, drags, busy, wide = false }: EntryProps) {
  const word = one.word ?? WORDS[one.state] ?? wordOf(one.state);
  const clash = one.conflicts.map((each) => each.told).join(" ");
  const outline = one.kind === "outline";
  const moves = drags && one.moves;
  const title = [`${word}, ${one.channel}, ${one.what}`, clash].filter(Boolean).join(". ");
  const named = outline ? one.what : one.channel;
  const rest = outline ? one.channel : one.what;
  return (
    <button
      type="button"
      className={styles.entry}
      title={title}
      data-outline={outline || undefined}
      data-moves={moves || undefined}
      data-clash={clash ? true : undefined}
      aria-busy={busy || undefined}
      draggable={moves || undefined}
      onDragStart={(event) => {
        dragged = one;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", one.what);
      }}
      onDragEnd={() => {
        dragged = null;
      }}
      onClick={() => show(one)}
    >
      <Glyph look={lookOf(one.state)} size={12} />
      <span>
        <b>{HOUR.format(new Date(one.time))}</b> {named}
        {wide && ` · ${rest}`}
        {!wide && <span className={styles.words}>{rest}</span>}
        <span className="unseen">{`, ${word}${clash ? `. ${clash}` : ""}`}</span>
      </span>
      {clash && (
        <span className={styles.clash} aria-hidden="true">
          <Glyph look="you" size={10} />
        </span>
      )}
    </button>
  );
}
