/** A month of what was published and what waits for its time; on a phone the days that have something. */
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type Publication, publicationsBetween } from "../../api/queries";
import { useKeys } from "../../parts/Key";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { Glyph, lookOf, wordOf } from "../../parts/Status";
import { channelName, counted, short } from "../../parts/words";
import styles from "./Content.module.css";
import { dayOf, firstOf, monthOf, moved, weeksOf } from "./month";
import { gist, timeOf } from "./reading";

const locale = typeof navigator === "undefined" ? "en" : navigator.language;
const NAMES = { month: new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" }) };
const WEEKDAY = new Intl.DateTimeFormat(locale, { weekday: "short" });
const LONG_DAY = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const HOUR = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const MOST = 3;

function weekStart(): number {
  const known = new Intl.Locale(locale) as Intl.Locale & {
    weekInfo?: { firstDay: number };
    getWeekInfo?: () => { firstDay: number };
  };
  return (known.getWeekInfo?.() ?? known.weekInfo ?? { firstDay: 1 }).firstDay % 7;
}

type Props = { month?: string; go: (month: string | undefined) => void; open: (id: string) => void };

export function Calendar({ month, go, open }: Props) {
  const now = new Date(useNow(60_000));
  const narrow = useMediaQuery("(max-width: 720px)") ?? false;
  const first = firstOf(month, now);
  const weeks = weeksOf(first, weekStart());
  const days = weeks.flat();
  const end = days.at(-1) ?? first;
  const since = (days[0] ?? first).toISOString();
  const until = new Date(end.getFullYear(), end.getMonth(), end.getDate() + 1).toISOString();
  const query = useQuery(publicationsBetween(since, until));
  const move = (by: number) => go(moved(first, by));
  useKeys([
    ["ArrowLeft", () => move(-1)],
    ["ArrowRight", () => move(1)],
  ]);
  const found = byDay(query.data ?? []);
  const inMonth = days.filter((day) => day.getMonth() === first.getMonth());
  const count = inMonth.reduce((sum, day) => sum + (found.get(dayOf(day))?.length ?? 0), 0);
  return (
    <Panel
      label="Calendar"
      title={
        <span className={styles.month}>
          <span aria-live="polite" style={{ minWidth: "9.5em" }}>
            {NAMES.month.format(first)}
          </span>
          <Button aria-label="Month before" onClick={() => move(-1)}>
            ‹
          </Button>
          <Button aria-label="Next month" onClick={() => move(1)}>
            ›
          </Button>
          <Button disabled={monthOf(first) === monthOf(now)} onClick={() => go(undefined)}>
            This month
          </Button>
        </span>
      }
      aside={query.data ? counted(count, "publication") : undefined}
    >
      {query.error && !query.data ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Loading rows={6} />
      ) : narrow ? (
        <Days days={inMonth} found={found} open={open} />
      ) : (
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
              <tr key={dayOf(week[0] ?? first)}>
                {week.map((day) => (
                  <Day
                    key={dayOf(day)}
                    day={day}
                    out={day.getMonth() !== first.getMonth()}
                    today={dayOf(day) === dayOf(now)}
                    items={found.get(dayOf(day)) ?? []}
                    open={open}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function byDay(items: Publication[]): Map<string, Publication[]> {
  const found = new Map<string, Publication[]>();
  for (const one of items) {
    const time = timeOf(one);
    if (!time) continue;
    const day = dayOf(new Date(time));
    found.set(day, [...(found.get(day) ?? []), one]);
  }
  for (const list of found.values()) list.sort((one, other) => (timeOf(one) ?? "").localeCompare(timeOf(other) ?? ""));
  return found;
}

type DayProps = { day: Date; out: boolean; today: boolean; items: Publication[]; open: (id: string) => void };

function Day({ day, out, today, items, open }: DayProps) {
  const shown = items.length > MOST ? items.slice(0, MOST - 1) : items;
  return (
    <td data-out={out || undefined} data-today={today || undefined}>
      <time className={styles.day} dateTime={dayOf(day)} aria-current={today ? "date" : undefined}>
        {day.getDate()}
      </time>
      {shown.map((one) => (
        <Entry key={one.publication_id} one={one} open={open} />
      ))}
      {items.length > shown.length && (
        <details>
          <summary className="quiet">{`${items.length - shown.length} more`}</summary>
          {items.slice(shown.length).map((one) => (
            <Entry key={one.publication_id} one={one} open={open} />
          ))}
        </details>
      )}
    </td>
  );
}

function Entry({ one, open, wide = false }: { one: Publication; open: (id: string) => void; wide?: boolean }) {
  const time = timeOf(one);
  const name = `${wordOf(one.state)}, ${channelName(one.channel)}, ${short(gist(one), 60)}`;
  return (
    <button type="button" className={styles.entry} title={name} onClick={() => open(one.publication_id)}>
      <Glyph look={lookOf(one.state)} size={12} />
      <span>
        <b>{time ? HOUR.format(new Date(time)) : ""}</b> {channelName(one.channel)}
        {wide && ` · ${short(gist(one), 60)}`}
        <span className="unseen">
          {wide ? `, ${wordOf(one.state)}` : `, ${wordOf(one.state)}, ${short(gist(one), 60)}`}
        </span>
      </span>
    </button>
  );
}

function Days({ days, found, open }: { days: Date[]; found: Map<string, Publication[]>; open: (id: string) => void }) {
  const full = days.filter((day) => found.has(dayOf(day)));
  if (full.length === 0)
    return <Empty title="Nothing in this month.">What is published or scheduled stands here.</Empty>;
  return (
    <ul className={styles.days}>
      {full.map((day) => (
        <li key={dayOf(day)} className={styles.dated}>
          <h3>{LONG_DAY.format(day)}</h3>
          {found.get(dayOf(day))?.map((one) => (
            <Entry key={one.publication_id} one={one} open={open} wide />
          ))}
        </li>
      ))}
    </ul>
  );
}
