/** How a figure of the company is written, by its unit; and tables as CSV. Pure. */
import { counted, NONE, percent, score, whole } from "../../parts/words";

const locale = typeof navigator === "undefined" ? "en" : navigator.language;

/** An amount in its own currency; cents where they matter. */
export function amount(value: number | null | undefined, currency = "USD"): string {
  if (value == null) return NONE;
  const digits = Math.abs(value) >= 1000 ? 0 : 2;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
    .format(value)
    .replace("-", "−");
}

/** A value by the unit that the server names: usd, count, rate (0-1), ratio, score, days, hours. */
export function told(value: number | null | undefined, unit: string, currency?: string): string {
  if (value == null) return NONE;
  if (unit === "usd") return amount(value, currency);
  if (unit === "rate") return percent(value, 1);
  if (unit === "count") return Number.isInteger(value) ? whole(value) : score(value);
  if (unit === "days" || unit === "hours") return `${score(value, 1)} ${unit}`;
  return score(value);
}

/** The same, short enough for an axis: $1.2M, 34K, 2.5%. */
export function brief(value: number, unit: string, currency = "USD"): string {
  if (unit === "rate") return percent(value, Math.abs(value) < 0.1 && value !== 0 ? 1 : 0);
  return new Intl.NumberFormat(locale, {
    notation: "compact",
    minimumFractionDigits: 0,
    maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1,
    ...(unit === "usd" ? { style: "currency", currency } : {}),
  })
    .format(value)
    .replace("-", "−");
}

/** Visits of a post; where the site saw none, its clicks, which are named so. */
export const visited = (of: { visits?: number | null; visits_are_clicks?: boolean | null }): string =>
  of.visits != null && of.visits_are_clicks ? counted(of.visits, "click") : whole(of.visits);

/** Amounts added up in each currency of its own: "$12.7M and €3K"; undefined where there are none. */
export function sums(of: { amount?: number | null; currency?: string | null }[]): string | undefined {
  const found = new Map<string, number>();
  for (const { amount, currency } of of)
    if (amount != null) found.set(currency ?? "USD", (found.get(currency ?? "USD") ?? 0) + amount);
  const told = [...found].sort(([, one], [, other]) => other - one);
  return told.map(([currency, sum]) => brief(sum, "usd", currency)).join(" and ") || undefined;
}

/** The unit in words, for the corner of a chart. */
export function unitOf(unit: string, currency?: string): string {
  const words: Record<string, string> = {
    usd: currency ?? "USD",
    count: "count",
    rate: "percent",
    days: "days",
    hours: "hours",
    ratio: "ratio",
    score: "score",
  };
  return words[unit] ?? unit;
}

/** A change with its sign: 0.024 -> "+2.4%". */
export const change = (share: number | null | undefined, digits = 1): string =>
  share == null ? NONE : `${share > 0 ? "+" : ""}${percent(share, digits)}`;

type Bounds = { low: number; high: number; n: number };

/** What a chart is of: "USD, by month"; the lane's own name also has the currency, where there are several. */
export const subtitle = (unit: string, last: Point | undefined): string =>
  [unitOf(unit, last?.currency), last && grainOf(last)].filter(Boolean).join(", ");

/** "1.9% to 3.0%, n = 22" */
export const bounds = (of: Bounds, as: (value: number) => string, n = "n"): string =>
  `${as(of.low)} to ${as(of.high)}, ${n} = ${whole(of.n)}`;

export const thin = (n: number, needed: number): string => `Not enough data, ${whole(n)} of ${whole(needed)}`;

type Point = { start: string; end: string; value: number; currency: string };

/** "2 days missing" of a value that does not have all its days, else nothing. */
export const partial = (point: { days_missing: number }): string =>
  point.days_missing > 0 ? `${counted(point.days_missing, "day")} missing` : "";

/** A figure's points of one length, and of money one currency: what may stand on one line. */
export type Lane<P extends Point> = { id: string; name: string; points: P[] };

const covered = (point: Point) => Math.round((Date.parse(point.end) - Date.parse(point.start)) / 86_400_000) + 1;

/** The length of a point in words. */
export function grainOf(point: Point): string {
  const days = covered(point);
  if (days === 1) return "by day";
  if (days === 7) return "by week";
  if (days >= 28 && days <= 31) return "by month";
  if (days >= 90 && days <= 92) return "by quarter";
  return days >= 365 && days <= 366 ? "by year" : `by ${days} days`;
}

const STALE = 366 * 86_400_000; // a lane that ended a year before the newest value is not how the figure stands

/** A figure's lanes, the one to begin with first: one that goes on, in the newest currency, whole months where there are
 * several, else the length of which there are most. */
export function lanes<P extends Point>(points: P[], unit: string): Lane<P>[] {
  const newest = points.reduce<P | undefined>((best, one) => (best && best.end > one.end ? best : one), undefined);
  const several = unit === "usd" && new Set(points.map((one) => one.currency)).size > 1;
  const found = new Map<string, P[]>();
  for (const point of points) {
    const id = [grainOf(point), ...(several ? [point.currency] : [])].join(", ");
    found.set(id, [...(found.get(id) ?? []), point]);
  }
  const ended = (own: P[]) => Math.max(...own.map((one) => Date.parse(one.end)));
  const last = newest ? Date.parse(newest.end) : 0;
  const rank = ({ points: own }: Lane<P>) =>
    (last - ended(own) <= STALE ? 1e10 : 0) +
    (several && own[0]?.currency === newest?.currency ? 1e9 : 0) +
    (own[0] && grainOf(own[0]) === "by month" && own.length > 1 ? 1e8 : 0) +
    own.length;
  return [...found].map(([id, own]) => ({ id, name: id, points: own })).sort((one, other) => rank(other) - rank(one));
}

/** Whether more than two periods as long as this point's are missing before it: no line is drawn over them. */
export function afterGap(before: Point | undefined, point: Point): boolean {
  if (!before) return false;
  const missing = Math.round((Date.parse(point.start) - Date.parse(before.end)) / 86_400_000) - 1;
  return missing > 2 * covered(point);
}

export type Cell = string | number | boolean | null | undefined;

/** Rows as CSV. A text that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvOf(head: string[], rows: Cell[][]): string {
  const cell = (value: Cell): string => {
    if (value == null) return "";
    if (typeof value !== "string") return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head, ...rows]
    .map((row) => row.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

/** Round steps for an axis from 0 (or the lowest value below it) to at least `most`. */
export function ticks(least: number, most: number, wanted = 3): number[] {
  const low = Math.min(0, least);
  const span = most - low || 1;
  const rough = span / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((by) => by * size).find((one) => one >= rough) ?? rough;
  const first = Math.floor(low / step);
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: Math.max(last, first + 1) - first + 1 }, (_, place) =>
    Number(((first + place) * step).toPrecision(12)),
  );
}
