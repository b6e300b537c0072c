/** A publication in a list: when it counts, and what it says in a line. */
import type { Schemas } from "../../api/client";
import type { Publication } from "../../api/queries";
import { channelName, day, visible } from "../../parts/words";

/** The time at which a publication stands in the calendar, as the server orders them. */
export function timeOf(one: Publication): string | null {
  return one.finished_at ?? one.next_attempt_at ?? one.attempted_at ?? one.scheduled_at;
}

/** What a list shows of the text: of a letter its subject, of an article its words, not what machines read. */
export function gist(one: Pick<Publication, "channel" | "text" | "title">): string {
  if (one.channel === "blog") return words(one.text) || one.text;
  if (one.channel === "x") return one.text.split(/\n+---\n+/)[0] ?? one.text;
  return (one.channel === "email" && one.title?.trim()) || one.text;
}

/** Whom it goes by: an account by the name that it was given; what has none of its own by its channel's. */
export function accountOf(one: Pick<Publication, "delivered_by" | "account">): string {
  return one.account === one.delivered_by ? channelName(one.account) : visible(one.account);
}

/** The same order whatever becomes of them. */
export const byChannel = (one: Publication, other: Publication) =>
  channelName(one.channel).localeCompare(channelName(other.channel)) || one.account.localeCompare(other.account);

/** Where it stands: its address or file; of what a person posted by hand only what the person said. */
export function standsAt(one: Pick<Publication, "url" | "posted">): string | null {
  return one.posted ? one.posted.url : one.url;
}

/** How many addresses surely got it. */
export const reached = (one: Pick<Publication, "recipients" | "unsent" | "unknown">): number =>
  one.recipients - (one.unsent ?? 0) - (one.unknown ?? 0);

/** The word for how it stands where its state alone would say too much: what lies in the outbox stands nowhere yet. */
export function standing(one: Pick<Publication, "state" | "delivered_by" | "posted">): string | undefined {
  const waits = one.state === "published" && one.delivered_by === "outbox" && !one.posted;
  return waits ? "Written to the outbox" : undefined;
}

type Stands = Pick<
  Publication,
  "state" | "delivered_by" | "posted" | "seen" | "scheduled_at" | "next_attempt_at" | "finished_at"
>;

/** When a text is out, as its preview says it: a day only where it is out then, or due. */
export function outSince(one: Stands): string {
  const said = one.posted ?? one.seen;
  if (said) return day(said.posted_at);
  if (standing(one)) return "Not posted yet";
  if (one.state === "published") return day(one.finished_at);
  if (one.state === "attempting") return "Being sent";
  if (one.state === "unknown") return "Nobody knows whether it is out";
  if (one.state !== "scheduled") return "Not sent";
  const due = one.next_attempt_at ?? one.scheduled_at;
  return due ? `Due ${day(due)}` : "At once";
}

function words(article: string): string {
  const apart = article.replace(/<\/(h\d|p|li|tr|td|th|blockquote|pre|figure)>|<br ?\/?>/g, " $&");
  return (new DOMParser().parseFromString(apart, "text/html").body.textContent ?? "").replace(/\s+/g, " ").trim();
}

type Delivery = Schemas["VariantOut"]["delivery"];

/** By the account that was chosen for it: an approval names the one that a channel's texts go by unless one is chosen. */
export function deliveryOf(one: Pick<Delivery, "delivered_by" | "account">, usual: Delivery): Delivery {
  const same = usual.delivered_by === one.delivered_by && usual.account === one.account;
  return same ? usual : { ...usual, delivered_by: one.delivered_by, account: one.account, note: null };
}
