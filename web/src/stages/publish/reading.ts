/** A publication in a list: when it counts, and what it says in a line. */
import type { Publication } from "../../api/queries";

/** The time at which a publication stands in the calendar, as the server orders them. */
export function timeOf(one: Publication): string | null {
  return one.finished_at ?? one.next_attempt_at ?? one.attempted_at ?? one.scheduled_at;
}

/** What a list shows of the text: of a letter its subject, not the lines that machines read. */
export function gist(one: Pick<Publication, "channel" | "text">): string {
  if (one.channel !== "email") return one.text;
  return /^Subject: (.+)$/m.exec(one.text)?.[1]?.trim() || one.text;
}
