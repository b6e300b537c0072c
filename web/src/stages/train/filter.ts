/** A filter as the address of the page says it: one word a field, lists by commas, only what narrows. */
import type { Schemas } from "../../api/client";
import type { TrainingFilter } from "../../api/queries";
import { capital, channelName, counted, dayUtc, spoken, visible, whenUtc, whole } from "../../parts/words";
import { DECIDED } from "./formats";

export type Search = Record<string, string | undefined>;
export type Go = (next: Search) => void;

const list = (text: string | undefined): string[] => {
  try {
    return text ? text.split(",").map(decodeURIComponent) : [];
  } catch {
    return []; // an address that somebody typed
  }
};
/** A comma and a percent sign inside a name are written so that the list can be read back. */
export const listed = (names: string[]): string | undefined =>
  names.length > 0 ? names.map((name) => name.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",") : undefined;

const share = (text: string | undefined): number | undefined => {
  const value = Number(text);
  return text && value >= 0 && value <= 1 ? value : undefined;
};
const usd = (text: string | undefined): number | undefined => {
  const value = Number(text);
  return text && value >= 0 && value <= 1_000_000 ? value : undefined;
};
const many = (text: string | undefined): number | undefined => {
  const value = Number(text);
  return text && Number.isInteger(value) && value >= 1 && value <= 1_000_000_000 ? value : undefined;
};
const yesOrNo = (text: string | undefined): boolean | undefined =>
  text === "yes" ? true : text === "no" ? false : undefined;

/** The words of the address that choose; the others say what is open. */
export const NARROWS = [
  "min",
  "max",
  "intent",
  "in",
  "out",
  "since",
  "until",
  "success",
  "platform",
  "persona",
  "model",
  "agent",
  "decision",
  "least",
  "most",
  "outcome",
  "text",
  "legacy",
  "archived",
  "sample",
  "hidden",
  "newest",
] as const;

export const narrowed = (search: Search): boolean => NARROWS.some((name) => search[name]);
export const nothing = (): Search => Object.fromEntries(NARROWS.map((name) => [name, undefined]));

/** A range whose end lies before its beginning: which word of the address ends it, as the page names it, what to say. */
export type Backwards = { upper: string; name: string; says: string };

const RANGES: [string, string, string, string][] = [
  ["min", "max", "Quality up to", "It lies below the least quality"],
  ["since", "until", "To", "It lies before From"],
  ["least", "most", "Most cost", "It lies below the least cost"],
];

/** The first range that nothing can lie in; the server would refuse it. */
export function backwards(search: Search): Backwards | undefined {
  const filter = filterOf(search) as Record<string, unknown>;
  const before = (low: string, high: string) =>
    low === "since"
      ? !!search.since && !!search.until && Date.parse(search.since) > endOf(search.until)
      : Number(filter[BOUND[low] ?? ""]) > Number(filter[BOUND[high] ?? ""]);
  const found = RANGES.find(([low, high]) => before(low, high));
  return found && { upper: found[1], name: found[2], says: found[3] };
}
const BOUND: Record<string, string> = { min: "quality_min", max: "quality_max", least: "cost_min", most: "cost_max" };
const DAY = 24 * 60 * 60 * 1000;
/** A day alone counts to its end. */
const endOf = (time: string) => Date.parse(time) + (ALONE.test(time) ? DAY - 1 : 0);
const ALONE = /^\d{4}-\d\d-\d\d$/;

/** A bound of the address as a field for days has it, in UTC, and the time of day where it is no whole day. */
export function dayField(time: string | undefined): { day: string; at?: string } {
  const moment = time ? new Date(time) : undefined;
  if (!time || !moment || Number.isNaN(moment.getTime())) return { day: "" };
  const said = moment.toISOString();
  return ALONE.test(time) ? { day: time } : { day: said.slice(0, 10), at: said.slice(11, 19).replace(/:00$/, "") };
}

export function filterOf(search: Search): TrainingFilter {
  const filter: Record<string, unknown> = {
    quality_min: share(search.min),
    quality_max: share(search.max),
    intent_filter: list(search.intent),
    include_tags: list(search.in),
    exclude_tags: list(search.out),
    date_after: search.since,
    date_before: search.until,
    success_only: search.success === "yes" ? true : undefined,
    failed_only: search.success === "no" ? true : undefined,
    platform: search.platform,
    persona: search.persona,
    model: search.model,
    agent: search.agent,
    decision: search.decision,
    cost_min: usd(search.least),
    cost_max: usd(search.most),
    has_outcome: yesOrNo(search.outcome),
    text: search.text,
    is_legacy: yesOrNo(search.legacy),
    archived: search.archived === "only" ? true : search.archived === "with" ? null : undefined,
    include_sample: search.sample === "yes" ? true : undefined,
    include_hidden: search.hidden === "yes" ? true : undefined,
    limit: many(search.newest),
  };
  for (const [name, value] of Object.entries(filter))
    if (value === undefined || (Array.isArray(value) && value.length === 0)) delete filter[name];
  return filter as TrainingFilter;
}

/** The words of the address for a filter that was kept. */
export function searchOf(filter: Record<string, unknown>): Search {
  const text = (name: string) => (filter[name] === undefined || filter[name] === null ? undefined : `${filter[name]}`);
  const names = (name: string) => listed((filter[name] as string[] | undefined) ?? []);
  const said = (name: string) => (filter[name] === true ? "yes" : filter[name] === false ? "no" : undefined);
  return {
    ...nothing(),
    min: text("quality_min"),
    max: text("quality_max"),
    intent: names("intent_filter"),
    in: names("include_tags"),
    out: names("exclude_tags"),
    since: dayOr(text("date_after"), "T00:00:00Z"),
    until: dayOr(text("date_before"), "T23:59:59.999999Z"),
    success: filter.success_only === true ? "yes" : filter.failed_only === true ? "no" : undefined,
    platform: text("platform"),
    persona: text("persona"),
    model: text("model"),
    agent: text("agent"),
    decision: text("decision"),
    least: text("cost_min"),
    most: text("cost_max"),
    outcome: said("has_outcome"),
    text: text("text"),
    legacy: said("is_legacy"),
    archived: filter.archived === true ? "only" : filter.archived === null ? "with" : undefined,
    sample: filter.include_sample === true ? "yes" : undefined,
    hidden: filter.include_hidden === true ? "yes" : undefined,
    newest: text("limit"),
  };
}

/** A whole day is written as its day; another time stays the time that it is. */
const dayOr = (time: string | undefined, edge: string) => (time?.endsWith(edge) ? time.slice(0, 10) : time);

/** What stands between two ends that were chosen: the whole range narrows nothing. */
export const ends = ([low, high]: [number, number]): Search => ({
  min: low > 0 ? String(low) : undefined,
  max: high < 1 ? String(high) : undefined,
});

/** A kept filter in words; without any part of it, what that means. */
export function toldFilter(filter: Record<string, unknown>): string {
  const said = Object.entries(TOLD).flatMap(([name, told]) => {
    const value = filter[name];
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : (told(value) ?? []);
  });
  return said.length > 0 ? capital(said.join("; ")) : "Everything not excluded";
}

const names = (value: unknown, shown: (name: string) => string, last: string) =>
  (value as string[]).map(shown).join(last);
const only = (value: unknown, yes: string, no: string | undefined) =>
  value === true ? yes : value === false ? no : undefined;
/** Days of a filter are days of UTC wherever they are read: by the reader's clock another day would be told. */
const edge = (value: unknown, end: string) => {
  const time = dayOr(String(value), end) ?? "";
  return ALONE.test(time) ? `${dayUtc(time)} (UTC)` : whenUtc(time);
};

export const theNewest = (limit: number) => `the newest ${whole(limit)}`;

const TOLD: Record<string, (value: unknown) => string | undefined> = {
  quality_min: (value) => `quality at least ${value}`,
  quality_max: (value) => `quality at most ${value}`,
  intent_filter: (value) => `intent ${names(value, (name) => spoken(name).toLowerCase(), " or ")}`,
  include_tags: (value) => `tagged ${names(value, visible, " and ")}`,
  exclude_tags: (value) => `not tagged ${names(value, visible, " or ")}`,
  date_after: (value) => `from ${edge(value, "T00:00:00Z")}`,
  date_before: (value) => `up to ${edge(value, "T23:59:59.999999Z")}`,
  success_only: (value) => only(value, "succeeded", undefined),
  failed_only: (value) => only(value, "failed", undefined),
  platform: (value) => `for ${channelName(String(value))}`,
  persona: (value) => `in the voice ${spoken(String(value))}`,
  model: (value) => `with the model ${visible(String(value))}`,
  agent: (value) => `with the agent ${spoken(String(value)).toLowerCase()}`,
  decision: (value) => (DECIDED[String(value)] ?? spoken(String(value))).toLowerCase(),
  cost_min: (value) => `cost at least $${Number(value)}`,
  cost_max: (value) => `cost at most $${Number(value)}`,
  has_outcome: (value) => only(value, "measured", "not measured yet"),
  text: (value) => `with the words “${visible(String(value))}”`,
  is_legacy: (value) => only(value, "only work from before this product", "without work from before this product"),
  archived: (value) => (value === null ? "archived ones too" : only(value, "only archived ones", undefined)),
  include_sample: (value) => only(value, "the sample company's too", undefined),
  include_hidden: (value) => only(value, "tests, development and excluded ones too", undefined),
  limit: (value) => theNewest(Number(value)),
};

/** What a role takes of the examples that fit, before duplicates become one. */
export function taken(found: Schemas["UsableOut"] | undefined, count: number, role: string): string {
  if (count === 0) return "No example fits the filter.";
  const fit = counted(count, "example");
  const fits = count === 1 ? "fits" : "fit";
  if (found?.used == null || found.role !== role) return `${fit} ${fits} the filter.`;
  if (found.used === 0) return `Of ${fit} that ${fits} the filter it can take none: ${found.missing}.`;
  if (!found.missing) return count === 1 ? "Takes the one example that fits." : `Takes all ${fit} that fit the filter.`;
  return `Takes ${whole(found.used)} of ${fit} that fit the filter: ${found.missing}.`;
}
