/** Times that a person may choose, in their own time zone. */

const pad = (number: number) => String(number).padStart(2, "0");

/** As an input of a date and a time wants it: "2026-11-21T09:00". */
export const inputTime = (time: Date): string =>
  `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}T${pad(time.getHours())}:${pad(time.getMinutes())}`;

/** Nine o'clock of the two working days to come. */
export function usualTimes(now: Date): Date[] {
  const found: Date[] = [];
  for (let ahead = 1; found.length < 2; ahead += 1) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead, 9);
    if (day.getDay() !== 0 && day.getDay() !== 6) found.push(day);
  }
  return found;
}
