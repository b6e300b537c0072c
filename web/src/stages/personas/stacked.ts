/** Probabilities of voices over time as layers that fill a drawing, each lasting until the next. Pure. */
import { capital, counted } from "../../parts/words";

/** What held from a time (ms) on, until the next. */
export type Stretch = { at: number; name: string; shares: Record<string, number> };
/** Of the server's own history, oldest first: its first one held before anything that is told. */
export type Point = {
  at: string;
  because: string;
  changed_by: string | null;
  persona: string | null;
  run_id: string | null;
  probabilities: Record<string, number>;
};
export type Layer = { id: string; path: string };

export const OTHERS = "others";
const MOST = 240; // steps that a drawing can show

const SEEN = 0.08; // the least part of the drawing that what held first and what holds now are given

/** What was drawn with over time, and until when what holds now is drawn. Each stretch has a width, the last one too. */
export function stretches(
  points: Point[],
  now: number,
  named: (point: Point) => string,
): { all: Stretch[]; until: number } {
  const [first, ...later] = points.map((one) => ({
    at: Date.parse(one.at),
    name: named(one),
    shares: one.probabilities,
  }));
  if (!first) return { all: [], until: now };
  const begun = later[0]?.at ?? now;
  const last = later.at(-1)?.at ?? now;
  const least = Math.max((Math.max(now, last) - begun) * SEEN, 6 * 3_600_000);
  const all = [{ ...first, at: Math.max(first.at, begun - least) }, ...thinned(later)];
  return { all, until: later.length > 0 ? Math.max(now, last + least) : now };
}

const WORD = 90; // pixels that a date under the drawing takes, with the space beside it
const ENDS = 44; // pixels of "initial" and of "now"

/** Dates under the drawing: of the first change, then in even steps until now, as near as their words allow. */
export function dates(
  begun: number,
  now: number,
  x: (at: number) => number,
  width: number,
  named: (at: number) => string,
): { x: number; name: string }[] {
  const from = x(begun);
  const end = Math.min(x(now), width - ENDS - WORD);
  const steps = Math.floor((end - Math.max(from, ENDS)) / WORD);
  if (steps < 0) return [];
  const far = (place: number) => (steps > 0 ? (place * (end - from)) / steps : 0);
  const all = Array.from({ length: steps + 1 }, (_, place) => ({
    x: Math.max(from + far(place), ENDS),
    name: named(begun + (far(place) / (x(now) - from || 1)) * (now - begun)),
  }));
  return all.filter((one, place) => one.name !== all[place - 1]?.name);
}

/** What set the weights, in a sentence. A look that counts again after a roll back is one look. */
export function setBy(points: Point[]): string {
  const looks = new Set(points.filter((one) => one.because === "look").map((one) => one.run_id)).size;
  const people = points.filter((one) => one.because === "person" || one.because === "voice").length;
  const arms = points.filter((one) => one.because === "experiment").length;
  const ended = points.filter((one) => one.because === "sample removed").length;
  const told = [
    looks > 0 && counted(looks, "look"),
    people > 0 && counted(people, "change by a person", "changes by a person"),
    arms > 0 && counted(arms, "change by an experiment", "changes by an experiment"),
    ended > 0 && "the end of the sample company",
  ].filter((one) => one !== false);
  if (told.length === 0)
    return "No look and no person has changed a weight yet: the initial ones are in use. A look needs 20 posts scored in 7 days.";
  const all = told.length > 1 ? `${told.slice(0, -1).join(", ")} and ${told.at(-1)}` : told[0];
  return capital(`${all} since the first weights.`);
}

function thinned<T>(all: T[]): T[] {
  const by = Math.ceil(all.length / MOST);
  return by <= 1 ? all : all.filter((_, place) => (all.length - 1 - place) % by === 0);
}

/** The voices that are drawn most often now; of equal ones, those that were drawn more at first. */
export function leading(current: Record<string, number>, first: Record<string, number> = {}, most = 6): string[] {
  const before = (id: string) => first[id] ?? 0;
  const near = (share: number) => Math.round(share * 1000); // as they are told
  return Object.entries(current)
    .sort(([one, a], [other, b]) => near(b) - near(a) || before(other) - before(one) || one.localeCompare(other))
    .slice(0, most)
    .map(([id]) => id);
}

/** The shares of the leading voices and, as the last, of all others together. */
export function grouped(shares: Record<string, number>, lead: string[]): [string, number][] {
  const told = lead.map((id): [string, number] => [id, shares[id] ?? 0]);
  const rest = Object.entries(shares).reduce((sum, [id, share]) => sum + (lead.includes(id) ? 0 : share), 0);
  return [...told, [OTHERS, rest]];
}

/** One closed path a layer, the first at the bottom, up to `end`. `x` by time, `y` by share (0 to 1) from the bottom. */
export function layers(
  all: Stretch[],
  end: number,
  lead: string[],
  x: (at: number) => number,
  y: (sum: number) => number,
): Layer[] {
  const rows = all.map((one) => grouped(one.shares, lead));
  return [...lead, OTHERS].map((id, place) => {
    const below = rows.map((row) => row.slice(0, place).reduce((sum, [, share]) => sum + share, 0));
    const above = rows.map((row, index) => (below[index] ?? 0) + (row[place]?.[1] ?? 0));
    const edge = (heights: number[]) =>
      all.flatMap((one, index) => {
        const here = y(heights[index] ?? 0).toFixed(1);
        const until = all[index + 1]?.at ?? end;
        return [`${x(one.at).toFixed(1)} ${here}`, `${x(until).toFixed(1)} ${here}`];
      });
    return { id, path: `M${edge(above).join("L")}L${edge(below).reverse().join("L")}Z` };
  });
}
