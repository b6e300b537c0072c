/** What happened to a publication, put as moments in their order. Pure. */
import type { Schemas } from "../../api/client";
import { type Look, lookOf } from "../../parts/Status";
import { byWhom, capital, channelName, counted, spoken } from "../../parts/words";

export type Detail = Schemas["PublicationDetail"];
export type Decision = Schemas["DecidedOut"];
export type Moment = { at: string; look: Look; text: string; more?: string };

const WORDS: Record<string, string> = { published: "Published", refused: "Refused", cancelled: "Stopped" };
const ENDED: Record<Detail["history"][number]["state"], string> = {
  published: "Published",
  refused: "Refused",
  not_sent: "Not sent",
  unknown: "Nobody knows whether it was sent",
};

/** Oldest first; what is still to come stands at the end with its time. */
export function moments(one: Detail, decision?: Decision | null): Moment[] {
  const found: Moment[] = [];
  const push = (at: string | null | undefined, look: Look, text: string, more?: string | null) => {
    if (at) found.push({ at, look, text, more: more ?? undefined });
  };
  push(
    decision?.decided_at,
    "done",
    decision?.automatic ? "Approved by rule" : `Approved by ${byWhom(decision?.by ?? "")}`,
  );
  push(
    one.attempted_at,
    one.state === "unknown" && one.history.length < 2 ? "unknown" : "done",
    (one.attempts ?? 0) > 1 ? `Handed over, try ${one.attempts}` : "Handed over",
    said(one),
  );
  for (const each of one.history) {
    if (each.at === one.finished_at) continue; // how it stands, told below
    const again = each.attempt > 1 ? `, try ${each.attempt}` : "";
    push(each.at, each.state === "not_sent" ? "failed" : lookOf(each.state), `${ENDED[each.state]}${again}`, each.said);
  }
  const word = WORDS[one.state] ?? capital(spoken(one.state));
  push(one.finished_at, lookOf(one.state), word, one.state === "published" ? null : one.note);
  push(one.posted?.posted_at, "done", "Posted by hand");
  if (one.next_look_at) push(one.next_look_at, "waiting", `${channelName(one.delivered_by)} is asked again`);
  if (one.state === "scheduled") push(one.next_attempt_at ?? one.scheduled_at, "waiting", "Goes out");
  else if (one.state === "attempting") push(one.next_attempt_at, "waiting", "Next try");
  return found.sort((first, second) => Date.parse(first.at) - Date.parse(second.at));
}

/** What one line said, or how many of several were reached. */
function said(one: Detail): string | null {
  if (one.deliveries.length < 2) return one.deliveries[0]?.said ?? null;
  const sent = one.deliveries.filter((each) => each.state === "sent").length;
  const [noun, many] = one.channel === "email" ? ["address", "addresses"] : ["part", "parts"];
  return `${sent} of ${counted(one.deliveries.length, noun, many)}`;
}
