/** A month or a week of what was published, waits for its time and is to come; what waits can be dragged elsewhere. */
import { Button, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/me";
import { publicationsBetween } from "../../api/queries";
import { useKeys } from "../../parts/Key";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Loading, Trouble } from "../../parts/Rest";
import { counted } from "../../parts/words";
import { CalendarDays, CalendarMonth, CalendarWeek } from "./CalendarGrid";
import { Clashes } from "./Clashes";
import styles from "./Content.module.css";
import { dayOf, firstOf, monthOf, moved, weeksOf } from "./month";
import { useMoving } from "./moving";
import { byDay, dayNamed, type Item, items, weekOf } from "./plan";
import { conflictsBetween, meantBetween, slotsBetween } from "./planned";

const locale = typeof navigator === "undefined" ? "en" : navigator.language;
const MONTH = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
const SPAN = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });

function weekStart(): number {
  const known = new Intl.Locale(locale) as Intl.Locale & {
    weekInfo?: { firstDay: number };
    getWeekInfo?: () => { firstDay: number };
  };
  return (known.getWeekInfo?.() ?? known.weekInfo ?? { firstDay: 1 }).firstDay % 7;
}

export type Search = { month?: string; week?: string };
type Props = Search & {
  go: (next: Search) => void;
  open: (id: string) => void;
  openSeries: (id: string) => void;
  openTask: (id: string) => void;
};

/** The days that are shown, how the stretch is called, and where its neighbours are. */
function stretch({ month, week }: Search, now: Date) {
  if (week !== undefined) {
    const days = weekOf(dayNamed(week, now), weekStart());
    const [first, last] = [days[0] as Date, days[6] as Date];
    const by = (number: number): Search => ({
      week: dayOf(new Date(first.getFullYear(), first.getMonth(), first.getDate() + 7 * number)),
      month: undefined,
    });
    return { days, weeks: [days], first, title: SPAN.formatRange(first, last), by, today: { week: dayOf(now) } };
  }
  const first = firstOf(month, now);
  const weeks = weeksOf(first, weekStart());
  const by = (number: number): Search => ({ month: moved(first, number), week: undefined });
  return { days: weeks.flat(), weeks, first, title: MONTH.format(first), by, today: { month: undefined } };
}

export function Calendar({ month, week, go, open, openSeries, openTask }: Props) {
  const now = new Date(useNow(60_000));
  const narrow = useMediaQuery("(max-width: 720px)") ?? false;
  const weekly = week !== undefined;
  const { days, weeks, first, title, by, today } = stretch({ month, week }, now);
  const end = days.at(-1) ?? first;
  const since = (days[0] ?? first).toISOString();
  const until = new Date(end.getFullYear(), end.getMonth(), end.getDate() + 1).toISOString();
  const query = useQuery(publicationsBetween(since, until));
  const slots = useQuery(slotsBetween(since, until)).data ?? [];
  const conflicts = useQuery(conflictsBetween(since, until)).data ?? [];
  const meant = useQuery(meantBetween(since, until)).data ?? [];
  const { move, problem, busy } = useMoving();
  const may = useMay("approver");
  useKeys([
    ["ArrowLeft", () => go(by(-1))],
    ["ArrowRight", () => go(by(1))],
  ]);
  const all = items(query.data ?? [], slots, conflicts, meant);
  const found = byDay(all);
  const inside = weekly ? days : days.filter((day) => day.getMonth() === first.getMonth());
  const count = inside.reduce((sum, day) => sum + (found.get(dayOf(day)) ?? []).filter(isPublication).length, 0);
  const show = (one: Item) => {
    if (one.publication) open(one.publication.publication_id);
    else if (one.task) openTask(one.task);
    else if (one.state !== "coming" && one.slot?.task_id) openTask(one.slot.task_id);
    else if (one.slot) openSeries(one.slot.series_id);
  };
  const grid = { found, now, show, drop: may ? (one: Item, to: Date) => void move(one, to) : undefined, busy };
  return (
    <div className="stack">
      <Clashes of={conflicts} all={all} show={show} />
      <Panel
        label="Calendar"
        title={
          <span className={styles.month}>
            <span aria-live="polite" className={styles.stretch}>
              {title}
            </span>
            <Button aria-label={weekly ? "Week before" : "Month before"} onClick={() => go(by(-1))}>
              ‹
            </Button>
            <Button aria-label={weekly ? "Next week" : "Next month"} onClick={() => go(by(1))}>
              ›
            </Button>
            <Button
              disabled={weekly ? days.some((day) => dayOf(day) === dayOf(now)) : monthOf(first) === monthOf(now)}
              onClick={() => go(today)}
            >
              {weekly ? "This week" : "This month"}
            </Button>
            <SegmentedControl
              aria-label="How much is shown"
              data={[
                { value: "month", label: "Month" },
                { value: "week", label: "Week" },
              ]}
              value={weekly ? "week" : "month"}
              onChange={(value) =>
                go(
                  value === "week"
                    ? { week: dayOf(monthOf(first) === monthOf(now) ? now : first), month: undefined }
                    : { month: monthOf(first), week: undefined },
                )
              }
            />
          </span>
        }
        aside={query.data ? counted(count, "publication") : undefined}
      >
        {problem && (
          <p role="alert" className={styles.refused}>
            {`${problem.message} ${problem.hint ?? ""} It stays at its time.`}
          </p>
        )}
        {query.error && !query.data ? (
          <Trouble error={query.error} retry={() => void query.refetch()} />
        ) : query.isPending ? (
          <Loading rows={6} />
        ) : narrow ? (
          <CalendarDays {...grid} days={inside} />
        ) : weekly ? (
          <CalendarWeek {...grid} days={days} />
        ) : (
          <CalendarMonth {...grid} weeks={weeks} month={first.getMonth()} />
        )}
        <p className={styles.zone}>
          {`Times in ${Intl.DateTimeFormat().resolvedOptions().timeZone}. Dashed: to come, not approved.`}
          {may && !narrow && " Drag what waits to another time, or open it and choose one."}
        </p>
      </Panel>
    </div>
  );
}

const isPublication = (one: Item) => one.kind === "publication" && one.state !== "cancelled";
