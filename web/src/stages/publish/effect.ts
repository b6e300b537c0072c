/** What happened to a publication, put as moments in their order. Pure. */
import type { Schemas } from "../../api/client";
import { type Look, lookOf } from "../../parts/Status";
import { byWhom, capital, channelName, counted, spoken } from "../../parts/words";
import { standing } from "./reading";

export type Detail = Schemas["PublicationDetail"];
export type Decision = Schemas["DecidedOut"];
export type Moment = { at: string; look: Look; text: string; more?: string };

const WORDS: Record<string, string> = { published: "Published", refused: "Refused", cancelled: "Stopped" };
const ENDED: Record<Detail["history"][number]["state"], string> = {
  published: "Published",
  refused: "Refused",
  not_sent: "Not sent",
  partly: "Sent to some",
  unknown: "Nobody knows whether it was sent",
};

/** The addresses of which nobody knows whether they have it. */
export const unknownTo = (one: Pick<Detail, "deliveries">): string[] =>
  one.deliveries.flatMap((each) => (each.state === "unknown" && each.recipient ? [each.recipient] : []));

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
  for (const each of handedOver(one)) push(each.at, each.look, `Handed over${nth(each.attempt)}`, each.more);
  for (const each of one.history) {
    if (each.at === one.finished_at) continue; // how it stands, told below
    const found = each.by ? `${each.sent_again ? "Sent again by" : "Looked at by"} ${each.by}` : ENDED[each.state];
    const look = each.by
      ? "done"
      : each.state === "not_sent" || each.state === "partly"
        ? "failed"
        : lookOf(each.state);
    push(each.at, look, `${found}${each.by ? "" : nth(each.attempt)}`, each.said);
  }
  const word = standing({ ...one, posted: null }) ?? WORDS[one.state] ?? capital(spoken(one.state));
  push(one.finished_at, lookOf(one.state), word, one.state === "published" ? foundOut(one) : one.note);
  push(later(one.posted?.posted_at, one.finished_at), "done", "Posted by hand");
  if (one.next_look_at) push(one.next_look_at, "waiting", `${channelName(one.delivered_by)} is asked again`);
  if (one.state === "scheduled") push(one.next_attempt_at ?? one.scheduled_at, "waiting", "Goes out");
  else if (one.state === "attempting") push(one.next_attempt_at, "waiting", "Next try");
  return found.sort((first, second) => Date.parse(first.at) - Date.parse(second.at));
}

/** A time that a person said to the minute, not before what it followed. */
const later = (said: string | undefined, after: string | null) =>
  said && after && Date.parse(said) < Date.parse(after) && Date.parse(after) - Date.parse(said) < 60_000 ? after : said;

const nth = (attempt: number) => (attempt > 1 ? `, try ${attempt}` : "");

/** Each time that it was handed over: those before the last as they are remembered, with what was said of the last. */
function handedOver(one: Detail) {
  const ended = one.history.at(-1);
  const same = ended?.begun_at ? ended.begun_at === one.attempted_at : one.state !== "attempting";
  const last = ended ? ended.attempt + (same ? 0 : 1) : 1;
  const earlier = new Map<string, number>();
  for (const each of one.history)
    if (each.begun_at && each.begun_at !== one.attempted_at) earlier.set(each.begun_at, each.attempt);
  const look: Look = one.state === "unknown" && one.history.length < 2 ? "unknown" : "done";
  return [
    ...[...earlier].map(([at, attempt]) => ({ at, attempt, look: "done" as Look, more: null })),
    { at: one.attempted_at, attempt: last, look, more: said(one) },
  ];
}

/** What a person, or a look at the channel, found out of what nobody knew; null where the channel's answer said it. */
function foundOut(one: Detail): string | null {
  const last = one.history.at(-1);
  const before = one.history.at(-2);
  const later = before?.state === "unknown" && before.attempt === last?.attempt;
  return last && (later || one.deliveries.length === 1) ? last.said : null;
}

/** What one line said, or how many were reached of those that this try was for. */
function said(one: Detail): string | null {
  if (one.deliveries.length < 2) return one.deliveries[0]?.said ?? null;
  const since = Date.parse(one.attempted_at ?? "");
  const tried = one.deliveries.filter((each) => each.begun_at && Date.parse(each.begun_at) >= since);
  const sent = tried.filter((each) => each.state === "sent").length;
  const [noun, many] = one.channel === "email" ? ["address", "addresses"] : ["part", "parts"];
  return tried.length > 0 ? `${sent} of ${counted(tried.length, noun, many)}` : null;
}
