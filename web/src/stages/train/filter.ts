/** A filter as the address of the page says it: one word a field, lists by commas, only what narrows. */
import type { TrainingFilter } from "../../api/queries";

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
] as const;

export const narrowed = (search: Search): boolean => NARROWS.some((name) => search[name]);
export const nothing = (): Search => Object.fromEntries(NARROWS.map((name) => [name, undefined]));

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
  };
}

/** A whole day is written as its day; another time stays the time that it is. */
const dayOr = (time: string | undefined, edge: string) => (time?.endsWith(edge) ? time.slice(0, 10) : time);

/** What stands between two ends that were chosen: the whole range narrows nothing. */
export const ends = ([low, high]: [number, number]): Search => ({
  min: low > 0 ? String(low) : undefined,
  max: high < 1 ? String(high) : undefined,
});
