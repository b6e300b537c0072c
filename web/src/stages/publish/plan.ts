/** What stands where in the calendar: publications, slots to come and tasks that wait, and what clashes. Pure. */
import type { Publication } from "../../api/queries";
import { channelName, short } from "../../parts/words";
import { dayOf } from "./month";
import type { Conflict, Meant, Slot } from "./planned";
import { gist, standing, timeOf } from "./reading";

/** One thing in the calendar. `kind` outline: nothing is decided of it yet. */
export type Item = {
  key: string;
  time: string;
  kind: "publication" | "outline";
  state: string;
  channel: string;
  what: string;
  /** Whether it can be given another time. */
  moves: boolean;
  publication?: Publication;
  slot?: Slot;
  task?: string;
  /** How it stands, where the state's own word would not do. */
  word?: string;
  conflicts: Conflict[];
};

const UNDECIDED = ["queued", "running", "paused", "needs_clarification", "pending_approval"];

/** Everything of a stretch of time, earliest first; a slot whose task was decided is shown by its publications. */
export function items(publications: Publication[], slots: Slot[], conflicts: Conflict[], meant: Meant[] = []): Item[] {
  const found: Item[] = [];
  for (const one of publications) {
    const time = timeOf(one);
    if (!time) continue;
    found.push({
      key: one.publication_id,
      time,
      kind: "publication",
      state: one.state,
      channel: channelName(one.channel),
      what: short(gist(one), 60),
      moves: one.actions?.includes("reschedule") ?? false,
      publication: one,
      word: standing(one),
      conflicts: conflicts.filter((each) => each.publication_ids.includes(one.publication_id)),
    });
  }
  for (const one of slots) {
    const waits = one.state === "made" && UNDECIDED.includes(one.task_status ?? "");
    if (one.state !== "coming" && !waits) continue;
    found.push({
      key: `${one.series_id} ${one.day}`,
      time: one.slot_at,
      kind: "outline",
      state: waits ? (one.task_status ?? "queued") : "coming",
      channel: one.channels.map(channelName).join(", "),
      what: one.series,
      moves: false,
      slot: one,
      conflicts: conflicts.filter(
        (each) =>
          (one.task_id !== null && each.task_ids.includes(one.task_id ?? "")) ||
          each.slots.some((slot) => slot.series_id === one.series_id && slot.day === one.day),
      ),
    });
  }
  const shown = new Set(slots.map((one) => one.task_id));
  for (const one of meant) {
    if (shown.has(one.task_id)) continue; // by its series
    found.push({
      key: one.task_id,
      time: one.publish_at,
      kind: "outline",
      state: one.status,
      channel: one.channels.map(channelName).join(", "),
      what: short(one.told, 60),
      moves: false,
      task: one.task_id,
      conflicts: conflicts.filter((each) => each.task_ids.includes(one.task_id)),
    });
  }
  return found.sort((one, other) => one.time.localeCompare(other.time) || one.key.localeCompare(other.key));
}

/** Day -> what stands on it, in the reader's own time. */
export function byDay(all: Item[]): Map<string, Item[]> {
  const found = new Map<string, Item[]>();
  for (const one of all) {
    const day = dayOf(new Date(one.time));
    found.set(day, [...(found.get(day) ?? []), one]);
  }
  return found;
}

/** What goes out or went out, and apart from it what was stopped, which only tells what does not happen. */
export function apart(all: Item[]): { live: Item[]; stopped: Item[] } {
  const gone = (one: Item) => one.state === "cancelled";
  return { live: all.filter((one) => !gone(one)), stopped: all.filter(gone) };
}

/** The hour at which a week is opened: eight, or earlier where something of it stands earlier. */
export const firstHour = (all: Item[]): number =>
  Math.min(8, ...apart(all).live.map((one) => new Date(one.time).getHours()));

/** The same time of day on another day, and at another hour where one is named: clocks of the reader, not hours apart. */
export function movedTo(time: string, day: Date, hour?: number): Date {
  const was = new Date(time);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour ?? was.getHours(), was.getMinutes());
}

/** The seven days of the week that a day is in; weeks begin on `starts` (0 is Sunday). */
export function weekOf(day: Date, starts = 1): Date[] {
  const back = (day.getDay() - starts + 7) % 7;
  return Array.from(
    { length: 7 },
    (_, each) => new Date(day.getFullYear(), day.getMonth(), day.getDate() - back + each),
  );
}

/** A day as an address names it; one that cannot be read is the day of `now`. */
export function dayNamed(said: string | undefined, now: Date): Date {
  const read = /^(\d{4})-(\d\d)-(\d\d)$/.exec(said ?? "");
  const found = read ? new Date(Number(read[1]), Number(read[2]) - 1, Number(read[3])) : now;
  return new Date(found.getFullYear(), found.getMonth(), found.getDate());
}
