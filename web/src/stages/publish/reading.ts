/** A publication in a list: when it counts, and what it says in a line. */
import type { Publication } from "../../api/queries";

/** The time at which a publication stands in the calendar, as the server orders them. */
export function timeOf(one: Publication): string | null {
  return one.finished_at ?? one.next_attempt_at ?? one.attempted_at ?? one.scheduled_at;
}

/** What a list shows of the text: of a letter its subject, of an article its words, not what machines read. */
export function gist(one: Pick<Publication, "channel" | "text">): string {
  if (one.channel === "blog") return words(one.text) || one.text;
  if (one.channel !== "email") return one.text;
  return /^Subject: (.+)$/m.exec(one.text)?.[1]?.trim() || one.text;
}

function words(article: string): string {
  const apart = article.replace(/<\/(h\d|p|li|tr|td|th|blockquote|pre|figure)>|<br ?\/?>/g, " $&");
  return (new DOMParser().parseFromString(apart, "text/html").body.textContent ?? "").replace(/\s+/g, " ").trim();
}
