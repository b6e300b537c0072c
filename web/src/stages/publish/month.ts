/** A month as weeks of days, in the reader's own time. */

const pad = (number: number) => String(number).padStart(2, "0");

/** A day's name, "2026-11-21". */
export const dayOf = (time: Date): string => `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;

/** "2026-11" of a time. */
export const monthOf = (time: Date): string => dayOf(time).slice(0, 7);

/** The first moment of a month; one that cannot be read is the month of `now`. */
export function firstOf(month: string | undefined, now: Date): Date {
  const read = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month ?? "");
  return read ? new Date(Number(read[1]), Number(read[2]) - 1, 1) : new Date(now.getFullYear(), now.getMonth(), 1);
}

/** The month `by` months later. */
export const moved = (first: Date, by: number): string =>
  monthOf(new Date(first.getFullYear(), first.getMonth() + by, 1));

/** The weeks that a month touches, each of seven days; weeks begin on `starts` (0 is Sunday). */
export function weeksOf(first: Date, starts = 1): Date[][] {
  const before = (first.getDay() - starts + 7) % 7;
  const weeks: Date[][] = [];
  for (let at = 1 - before; ; at += 7) {
    const week = Array.from({ length: 7 }, (_, day) => new Date(first.getFullYear(), first.getMonth(), at + day));
    if (weeks.length > 0 && week[0]?.getMonth() !== first.getMonth()) return weeks;
    weeks.push(week);
  }
}
