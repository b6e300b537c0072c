/** From the events of a job to its curves: what is drawn, where, and what lies under the pointer. Pure. */
import type { Schemas } from "../../../api/client";

type Event = Pick<Schemas["JobEventOut"], "step" | "loss" | "eval_loss">;
export type Point = { step: number; value: number };
export type Curves = { train: Point[]; held: Point[] };

/** The loss on training lines and on those held back, by step. A job that resumed repeats steps: the later word holds. */
export function curvesOf(events: readonly Event[]): Curves {
  const curves: Curves = { train: [], held: [] };
  let last = 0;
  for (const event of events) {
    if (event.loss == null && event.eval_loss == null) continue;
    const step = event.step ?? (event.loss == null ? last : last + 1); // some providers count none
    last = step;
    if (event.loss != null) add(curves.train, step, event.loss);
    if (event.eval_loss != null) add(curves.held, step, event.eval_loss);
  }
  return curves;
}

function add(to: Point[], step: number, value: number): void {
  while ((to.at(-1)?.step ?? Number.NEGATIVE_INFINITY) >= step) to.pop();
  to.push({ step, value });
}

/** At most about `most` points: of each stretch the lowest and the highest, so that no spike is lost; both ends stay. */
export function thinned(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  const size = Math.ceil(points.length / Math.max(1, Math.floor(most / 2)));
  const kept = new Set<Point>();
  for (let from = 0; from < points.length; from += size) {
    const stretch = points.slice(from, from + size);
    kept.add(stretch.reduce((low, one) => (one.value < low.value ? one : low)));
    kept.add(stretch.reduce((high, one) => (one.value > high.value ? one : high)));
  }
  for (const end of [points[0], points.at(-1)]) if (end) kept.add(end);
  return points.filter((one) => kept.has(one));
}

/** The point whose step is nearest. */
export function nearest(points: readonly Point[], step: number): Point | undefined {
  let best = points[0];
  for (const one of points) if (best && Math.abs(one.step - step) < Math.abs(best.step - step)) best = one;
  return best;
}

/** One row a step, for those who read the curve as a table. */
export function rowsOf({ train, held }: Curves): [number, number | null, number | null][] {
  const rows = new Map<number, [number, number | null, number | null]>();
  for (const { step, value } of train) rows.set(step, [step, value, null]);
  for (const { step, value } of held) rows.set(step, [step, rows.get(step)?.[1] ?? null, value]);
  return [...rows.values()].sort((one, other) => one[0] - other[0]);
}

/** Two labels at the right edge, moved apart where they would lie over each other; heights in, heights out. */
export function apart(one: number, other: number, least: number): [number, number] {
  const gap = least - Math.abs(one - other);
  if (gap <= 0) return [one, other];
  return one <= other ? [one - gap / 2, other + gap / 2] : [one + gap / 2, other - gap / 2];
}

/** What the curves say, for those who do not see them and as the line under them. */
export function said({ train, held }: Curves, as: (value: number) => string): string {
  const of = (name: string, points: readonly Point[]) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return "";
    return first === last ? `${name} ${as(last.value)}` : `${name} ${as(first.value)} to ${as(last.value)}`;
  };
  const lowest = held.reduce<Point | undefined>((low, one) => (!low || one.value < low.value ? one : low), undefined);
  const risen =
    lowest && held.length > 2 && lowest !== held.at(-1)
      ? `the lowest held-back loss was ${as(lowest.value)} at step ${lowest.step}`
      : "";
  return [of("Training", train), of("held back", held), risen].filter(Boolean).join("; ");
}

/** Rounded marks of an axis that covers both; it need not begin at 0, or a small change could not be seen. */
export function ticksOf(least: number, most: number, wanted = 4): number[] {
  const span = most - least || Math.abs(most) || 1;
  const rough = span / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((by) => by * size).find((one) => one >= rough - 1e-12) ?? rough;
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(Math.ceil(most / step - 1e-9), first + 1);
  return Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}
