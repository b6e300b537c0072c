/** What was read of a post, put so that it can be drawn and said. Pure. */
import type { Schemas } from "../../api/client";
import { brief, counted, NONE, percent, score, whole } from "../../parts/words";
import { amount } from "../business/figures";

export type Measured = Schemas["PublicationMeasuredOut"];
export type Reading = Measured["readings"][number];
export type Foretold = Measured["foretold"][number];
export type Age = Measured["ages"][number];

export const COUNTERS = [
  "impressions",
  "views",
  "reach",
  "clicks",
  "likes",
  "shares",
  "comments",
  "bookmarks",
] as const;
export type Counter = (typeof COUNTERS)[number];

/** The counters that somebody told, in their order. */
export const told = (readings: readonly Reading[]) =>
  COUNTERS.filter((name) => readings.some((one) => one[name] !== null));

/** "3 min old", "6 h old", "7 d old". */
export function old(seconds: number | null): string {
  if (seconds === null) return NONE;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 4 * 86_400
    ? `${score(seconds / 3600, 1).replace(/[.,]0$/, "")} h`
    : `${score(seconds / 86_400, 1).replace(/[.,]0$/, "")} d`;
}

/** Engagement by what it is: beside likes, which are no part of it, its name alone would say that they are. */
export const OUTCOMES: Record<string, string> = {
  engagement_rate: "Engagement rate",
  engagement: "Clicks, shares and comments",
  reach: "Reach",
  likes: "Likes",
  followers: "Followers",
  return_on_cost: "Return on cost",
};

/** A value of an outcome as people write it. */
export const valued = (outcome: string, value: number | null) =>
  outcome === "engagement_rate"
    ? percent(value, 2)
    : outcome === "return_on_cost"
      ? score(value)
      : whole(value === null ? null : Math.round(value));

/** The same in the least room, for an axis: 1.2K, 3M. */
export const shortly = (outcome: string, value: number) =>
  outcome === "engagement_rate"
    ? value < 1
      ? percent(value, value < 0.1 ? 1 : 0)
      : `${brief(value * 100)}%`
    : brief(value);

const seen = (one: Reading) => one.views ?? one.impressions;

/** What of a reading answers an outcome; null where it was not told. */
export function cameOf(outcome: string, one: Reading): number | null {
  if (outcome === "engagement_rate") return one.engagement_rate;
  if (outcome === "reach") return one.reach ?? one.views;
  if (outcome === "likes") return one.likes;
  if (outcome === "seen") return seen(one);
  const parts = [one.clicks, one.shares, one.comments].filter((part) => part !== null);
  return outcome === "engagement" && parts.length > 0 ? parts.reduce((sum, part) => sum + part, 0) : null;
}

export type Point = { seconds: number; value: number; typed: boolean };

/** Whether it is doubted in itself. That counters fell since is no such doubt: channels take back. */
export const doubted = (one: Reading) => one.flags.length > 0;

/** The values of one outcome by the post's age. Readings that do not tell it are left out, and those that are doubted:
 * one absurd figure would flatten all others. */
export function pointsOf(outcome: string, readings: readonly Reading[]): Point[] {
  const found: Point[] = [];
  const reached = outcome === "reach" && readings.some((one) => one.reach !== null); // then views are another figure
  for (const one of readings) {
    const value = reached ? one.reach : cameOf(outcome, one);
    if (value !== null && one.age_seconds !== null && one.age_seconds > 0 && !doubted(one))
      found.push({ seconds: one.age_seconds, value, typed: one.source === "typed" });
  }
  return found;
}

/** How many readings told an outcome and are not drawn, because they are doubted. */
export const leftOut = (outcome: string, readings: readonly Reading[]) =>
  readings.filter((one) => doubted(one) && cameOf(outcome, one) !== null).length;

/** What is drawn first: an outcome that was foretold and has values, else how often it was seen. */
export function drawn(of: Measured): string {
  const known = of.foretold.find((one) => one.low !== null && pointsOf(one.outcome, of.readings).length > 0);
  return known?.outcome ?? "seen";
}

/** A sentence for each foretold outcome. */
export function judged(one: Foretold): string {
  if (one.low === null || one.high === null) return "";
  const between = `${valued(one.outcome, one.low)} to ${valued(one.outcome, one.high)}`;
  if (one.came === null) return `${between} foretold; not told yet`;
  const came = valued(one.outcome, one.came);
  if (!one.final) return `${between} foretold; ${came} so far`;
  return one.held ? `${came}, inside of ${between}` : `${came}, outside of ${between}`;
}

/** What a form begins with that mends a reading. */
export const asTyped = (one: Reading): Partial<Record<Counter, string>> =>
  Object.fromEntries(COUNTERS.flatMap((name) => (one[name] === null ? [] : [[name, String(one[name])]])));

/** What was typed into the form: counters as numbers, or what is wrong with one. */
export function typedIn(text: Partial<Record<Counter, string>>): {
  counts: Partial<Record<Counter, number>>;
  wrong?: Counter;
} {
  const counts: Partial<Record<Counter, number>> = {};
  for (const name of COUNTERS) {
    const given = (text[name] ?? "").replace(/[\s,.'’]/g, "");
    if (given === "") continue;
    if (!/^\d{1,12}$/.test(given)) return { counts, wrong: name };
    counts[name] = Number(given);
  }
  return { counts };
}

const DAY = 86_400_000;

function today(of: Measured, now: number): string {
  const first = of.published_at && Math.floor(Date.parse(of.published_at) / DAY) >= Math.floor(now / DAY);
  return first ? " Visits are counted by whole days, UTC: from tomorrow." : "";
}

/** Whether another was read in the same minute, so that only the second tells them apart. */
export const closeBy = (one: Reading, all: readonly Reading[]) =>
  all.some((other) => other !== one && Math.abs(Date.parse(other.measured_at) - Date.parse(one.measured_at)) < 60_000);

/** What the site saw of visitors who came through its links, in a sentence; null where they are not tagged. */
export function brought(of: Measured, now = Date.now()): string | null {
  const one = of.attributed;
  if (!one)
    return of.campaign ? `Its links are tagged. Web analytics tell nothing of them yet.${today(of, now)}` : null;
  const parts = [counted(one.sessions ?? 0, "visit")];
  if (one.conversions !== null) parts.push(counted(one.conversions, "conversion"));
  if (one.revenue !== null) parts.push(one.currency ? amount(one.revenue, one.currency) : score(one.revenue));
  const back = one.return_on_cost === null ? "" : ` That is ${score(one.return_on_cost)} times what it cost.`;
  return `Through its links came ${parts.join(", ")}, from ${one.first_day} to ${one.last_day}.${back}`;
}
