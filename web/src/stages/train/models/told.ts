/** What the page says of models: a benchmark read from its record, the gate, and every change in words. Pure. */
import type { Schemas } from "../../../api/client";
import { NONE, score } from "../../../parts/words";

export type Version = Schemas["ModelVersionOut"];
export type Bench = Schemas["BenchmarkOut"];
export type Change = Schemas["PromotionOut"];
/** Without an interval where too few lines lie behind it. */
export type Span = { n: number; difference: number; low: number | null; high: number | null };
export type Figures = {
  n: number;
  failed: number;
  means: Record<string, number>;
  cost_per_line_usd: number;
  priced?: boolean;
  seconds_p50: number | null;
  seconds_p95: number | null;
};
export type Slice = Span & { by: string; slice: string; candidate: number };
export type Results = {
  lines: number;
  learned_from: number;
  contenders: Record<string, Figures>;
  differences: Record<string, Record<string, Span | number>>;
  against: string;
  slices: Slice[];
  judge?: { n: number; preferred: number; low: number; high: number };
};
export type Gate = Span & { passed: boolean; words: string; rule: string; minimum: number; margin: number };

export const resultsOf = (bench: Bench): Results | null => bench.results as Results | null;
export const gateOf = (record: Record<string, unknown> | null | undefined): Gate | null =>
  (record ?? null) as Gate | null;

/** The gate's sentence with the page's minus and the names that people know. */
export const minus = (words: string): string => words.replace(/(^|[\s(])-(?=\d)/g, "$1−").replaceAll("tuned:", "");

const PARTS = ["candidate", "active", "base", "built_in"];
const PART_WORDS: Record<string, string> = {
  candidate: "This model",
  active: "In use then",
  base: "Its base",
  built_in: "Built in",
};
export const partWord = (part: string): string => PART_WORDS[part] ?? part;

/** Who was compared, this model first. */
export const partsOf = (results: Results): string[] => PARTS.filter((part) => part in results.contenders);

export type Line = { name: string; key: string; values: (number | null)[]; as: "share" | "count" | "seconds" | "usd" };

/** The figures of a benchmark as a table: a row a figure, a column a contender. What nobody measured stays empty. */
export function sideBySide(results: Results): Line[] {
  const columns = partsOf(results).map((part) => results.contenders[part] as Figures);
  const names = [...new Set(columns.flatMap((one) => Object.keys(one.means)))]
    .filter((name) => name !== "score")
    .sort();
  const of = (name: string, key: string, as: Line["as"], get: (one: Figures) => number | null | undefined): Line => ({
    name,
    key,
    as,
    values: columns.map((one) => get(one) ?? null),
  });
  return [
    of("Score", "score", "share", (one) => one.means.score),
    ...names.map((name) => of(MEANS[name] ?? name.replaceAll("_", " "), name, "share", (one) => one.means[name])),
    of("Gave nothing of use", "failed", "count", (one) => one.failed),
    of("Cost of a line", "cost", "usd", (one) => (one.priced === false ? null : one.cost_per_line_usd)),
    of("Time, half below", "p50", "seconds", (one) => one.seconds_p50),
    of("Time, 95 of 100 below", "p95", "seconds", (one) => one.seconds_p95),
  ];
}
const MEANS: Record<string, string> = {
  valid: "Usable",
  intent: "Intent",
  channels: "Channels",
  actions: "Actions",
  tools: "Tools",
  overall: "Overall",
  decision: "Decision",
};

/** The paired difference to the one it has to beat, for a figure of that table. */
export function spanOf(results: Results, key: string): Span | null {
  const found = results.differences[results.against]?.[key];
  return typeof found === "object" ? found : null;
}

/** "+0.367, 0.250 to 0.483, n = 60"; it says so where nothing may lie behind it, or too little. */
export function spanWords({ difference, low, high, n }: Span): string {
  if (low === null || high === null)
    return `${difference > 0 ? "+" : ""}${score(difference, 3)}, n = ${n}: too few lines for an interval`;
  if (difference === 0 && low === 0 && high === 0) return `no difference, n = ${n}`;
  const sign = difference > 0 ? "+" : "";
  const none = low <= 0 && high >= 0 ? "; may be none" : "";
  return `${sign}${score(difference, 3)}, ${score(low, 3)} to ${score(high, 3)}, n = ${n}${none}`;
}

/** Ends of a scale around 0 that holds all of these, never narrower than a tenth to each side. */
export function scaleOf(spans: readonly Span[]): number {
  const ends = spans.flatMap((one) => [one.low ?? one.difference, one.high ?? one.difference]);
  return Math.min(1, 1.1 * Math.max(0.1, ...ends.map(Math.abs)));
}

/** Whether the gate lets it take over now, and from what is asked now. */
export const mayTakeOver = (of: Version): boolean => of.gate?.passed === true && !of.gate.moved;

/** The benchmark that decides about it. */
export const deciding = (of: Version, benches: readonly Bench[]): Bench | null =>
  benches.find((one) => one.id === of.gate?.benchmark_id) ?? null;

/** Its figures, where they are those of the benchmark that decides. */
export const figuresOf = (of: Version): Partial<Figures> =>
  of.gate && of.metrics.benchmark_id === of.gate.benchmark_id ? (of.metrics as Partial<Figures>) : {};

/** What stands beside the gate's words: that something else is asked now, and what a later look shows. */
export const besideGate = (of: Version): string[] =>
  [of.gate?.moved && `${of.gate.moved} Compare it again before it can take over.`, of.gate?.later]
    .filter((one) => typeof one === "string")
    .map(minus);

/** Why a candidate in shadow was not asked today. */
export const notAsked = (of: Schemas["ShadowOut"]): string =>
  `${of.not_asked === 1 ? "1 call was" : `${of.not_asked} calls were`} not made today: ${of.why_not}.`;

const THE_CONFIGURED = "the configured models";
/** What changed, as a sentence without its end: who and when stand beside it. */
export function changeWords(change: Change): string {
  const [to, from] = [change.model ?? THE_CONFIGURED, change.from_model ?? THE_CONFIGURED];
  switch (change.kind) {
    case "promote":
      return `${to} took over from ${from}, through the gate`;
    case "force":
      return `${to} took over from ${from}, without the gate`;
    case "roll_back":
      return `Back from ${from} to ${to}`;
    case "auto_return":
      return `Back from ${from} to ${to}, by itself`;
    case "candidate":
      return change.model ? `${to} became the candidate` : `${from} is the candidate no more`;
    case "shadow":
      return `${to} runs in shadow`;
    case "retire":
      return `${from} was retired`;
  }
}

/** A share of lines that were answered rightly, or of anything else between 0 and 1. */
export const shown = (value: number | null, as: Line["as"], seconds: (value: number) => string): string => {
  if (value === null) return NONE;
  if (as === "share") return score(value, 3);
  if (as === "count") return score(value, 0);
  if (as === "seconds") return seconds(value);
  return value === 0 ? "$0" : `$${score(value, value < 0.001 ? 6 : 4)}`;
};

/** Dollars to the hundredth of a cent; of what is less than a cent the first two digits. */
export function dollars(usd: number): string {
  const digits = usd === 0 || usd >= 0.01 ? 4 : Math.min(12, 1 - Math.floor(Math.log10(usd)));
  const words = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: digits });
  return `$${words.format(usd)}`;
}

const AGREED: Record<string, string> = {
  intent: "The same intent",
  channels: "The same channels",
  actions: "The same actions",
};
export const agreedWord = (part: string): string => AGREED[part] ?? part.replaceAll("_", " ");
