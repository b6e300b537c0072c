/** Times that a person may choose, in their own time zone, and what a preview says of when its text is out. */
import type { Schemas } from "../../api/client";
import { day } from "../../parts/words";

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

/** The time that was asked for with the request, while it is to come. */
export const meantFor = (found: Pick<Schemas["ApprovalOut"], "publish_at">, now = Date.now()): string | null =>
  found.publish_at && Date.parse(found.publish_at) > now ? found.publish_at : null;

/** The same as the time that a decision begins with; empty sends at once. */
export function firstTime(found: Pick<Schemas["ApprovalOut"], "publish_at">): string {
  const meant = meantFor(found);
  return meant ? inputTime(new Date(meant)) : "";
}

/** Of a text that waits for its decision: when it goes out as it stands now. */
export const onceApproved = (at: string | null): string => (at ? `Due ${day(at)}` : "Once approved");

type Decision = Pick<NonNullable<Schemas["ApprovalOut"]["decision"]>, "verdict" | "channels" | "schedule_at">;

/** Of a text that was decided on. What became of it since stands where it went. */
export function asDecided(made: Decision, channel: string): string {
  if (made.verdict !== "approve") return "Not approved";
  if (!made.channels.includes(channel)) return "Left out";
  return made.schedule_at ? `Due ${day(made.schedule_at)}` : "Approved";
}
