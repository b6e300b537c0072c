/** Probabilities of voices over time as layers that fill a drawing, each lasting until the next. Pure. */

/** What held from a time (ms) on. */
export type Stretch = { at: number; name: string; shares: Record<string, number> };
export type Layer = { id: string; path: string };

export const OTHERS = "others";
const MOST = 240; // steps that a drawing can show

/** The first weights, every applied run, and what holds now: in order of time. */
export function stretches(
  initial: Record<string, number>,
  runs: { at: string; probabilities: Record<string, number> }[],
  current: Record<string, number>,
  now: number,
  named: (at: number) => string,
): Stretch[] {
  const found = runs.map((one) => ({ at: Date.parse(one.at), shares: one.probabilities }));
  const first = found[0]?.at ?? now;
  const before = Math.max((now - first) * 0.08, 6 * 3_600_000); // no run tells since when: a stretch to be seen by
  const last = found.at(-1)?.at ?? now; // weights of a minute ago want a stretch to be seen by, too
  return [
    { at: first - before, name: "Initial weights", shares: shared(initial) },
    ...thinned(found).map((one) => ({ ...one, name: named(one.at) })),
    { at: found.length > 0 ? Math.max(now, last + before) : now, name: "Now", shares: current },
  ];
}

function shared(weights: Record<string, number>): Record<string, number> {
  const all = Object.values(weights).reduce((sum, one) => sum + one, 0) || 1;
  return Object.fromEntries(Object.entries(weights).map(([id, one]) => [id, one / all]));
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

/** One closed path a layer, the first at the bottom. `x` by time, `y` by share (0 to 1) from the bottom. */
export function layers(all: Stretch[], lead: string[], x: (at: number) => number, y: (sum: number) => number): Layer[] {
  const rows = all.map((one) => grouped(one.shares, lead));
  return [...lead, OTHERS].map((id, place) => {
    const below = rows.map((row) => row.slice(0, place).reduce((sum, [, share]) => sum + share, 0));
    const above = rows.map((row, index) => (below[index] ?? 0) + (row[place]?.[1] ?? 0));
    const edge = (heights: number[]) =>
      all.flatMap((one, index) => {
        const here = y(heights[index] ?? 0).toFixed(1);
        const until = all[index + 1]?.at;
        return until === undefined
          ? [`${x(one.at).toFixed(1)} ${here}`]
          : [`${x(one.at).toFixed(1)} ${here}`, `${x(until).toFixed(1)} ${here}`];
      });
    return { id, path: `M${edge(above).join("L")}L${edge(below).reverse().join("L")}Z` };
  });
}
