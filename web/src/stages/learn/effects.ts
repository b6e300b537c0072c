/** An effect as a person reads it, and figures beside each other in a matrix. Pure. */
import type { Schemas } from "../../api/client";
import { score } from "../../parts/words";

type Metric = Schemas["PatternOut"]["metric"];
type Estimated = { metric: string; mean_without: number };

/** An estimate on log(1 + metric) in the metric's own terms: times the usual, or a difference. */
export function inOwnTerms(of: Estimated, effect: number): number {
  if (of.metric === "engagement") return Math.exp(effect);
  if (of.metric === "approval") return effect / Math.LN2;
  return Math.expm1(effect) * (1 + of.mean_without);
}

/** What no effect is, in the metric's own terms. */
export const nothing = (metric: string) => (metric === "engagement" ? 1 : 0);

/** "1.62×", "+12 points", "−0.031" */
export function toldEffect(metric: string, value: number): string {
  if (metric === "engagement") return `${score(value)}×`;
  const sign = value > 0 ? "+" : "";
  return metric === "approval" ? `${sign}${score(value * 100, 0)} points` : `${sign}${score(value, 3)}`;
}

export const METRICS: Record<Metric, string> = { engagement: "Engagement", quality: "Quality", approval: "Approval" };

type Pair = { first: string; second: string };

/** Every name that is part of a pair; whichever is in most pairs comes first. */
export function namesOf(pairs: Pair[]): string[] {
  const times = new Map<string, number>();
  for (const name of pairs.flatMap((one) => [one.first, one.second])) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times.entries()]
    .sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1))
    .map(([name]) => name);
}

/** The pair of two names, whichever is named first. */
export const pairOf = <P extends Pair>(pairs: P[], one: string, other: string): P | undefined =>
  pairs.find((pair) => (pair.first === one && pair.second === other) || (pair.first === other && pair.second === one));

type Grid<P> = { across: string[]; down: string[]; at: (row: string, column: string) => P | undefined };

/**
 * The names of a matrix that has a figure in each line and column, and the pair of each place, each pair once. A few names
 * against many lie along the longer side of the screen; all against all is half a square.
 */
export function gridOf<P extends Pair>(pairs: P[], known: (pair: P) => boolean, narrow: boolean): Grid<P> {
  const told = pairs.filter(known);
  const names = namesOf(told);
  const few = names.filter((name, place) => names.slice(place + 1).some((other) => pairOf(told, name, other)));
  const many = names.filter((name, place) => names.slice(0, place).some((other) => pairOf(told, name, other)));
  const at = (one: string, other: string) =>
    names.indexOf(one) < names.indexOf(other) ? pairOf(pairs, one, other) : undefined;
  return narrow || few.length === many.length
    ? { across: few, down: many, at: (row, column) => at(column, row) }
    : { across: many, down: few, at };
}

/** How often and how much, in words for a list. */
export const plainly = (of: { frequency: string; strength: string }) => `${of.frequency}, ${of.strength}`;
