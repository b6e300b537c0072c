import { expect, test } from "vitest";
import { dates, grouped, layers, leading, OTHERS, type Point, setBy, stretches } from "./stacked";

const HOUR = 3_600_000;
const point = (hours: number, a: number, part: Partial<Point> = {}): Point => ({
  at: new Date(hours * HOUR).toISOString(),
  because: "look",
  changed_by: "schedule",
  persona: null,
  run_id: `run ${hours}`,
  probabilities: { a, b: 1 - a },
  ...part,
});
const initial = point(-90_000, 0.25, { because: "initial", changed_by: null, run_id: null });
const named = (one: Point) => one.because;

test("what held first stands first, near what came after it, and the last reaches to now", () => {
  const { all, until } = stretches([initial, point(100, 0.4), point(200, 0.6)], 300 * HOUR, named);
  expect(all.map((one) => one.shares.a)).toEqual([0.25, 0.4, 0.6]);
  expect(all.map((one) => one.at / HOUR)).toEqual([84, 100, 200]);
  expect(until).toBe(300 * HOUR);
});

test("without a change the first weights last until now", () => {
  const { all, until } = stretches([initial], 10 * HOUR, named);
  expect(all.map((one) => one.name)).toEqual(["initial"]);
  expect(until).toBe(10 * HOUR);
  expect(all[0]?.at).toBe(4 * HOUR);
});

test("weights of a moment ago are drawn with a width, beside months of others", () => {
  const { all, until } = stretches([initial, point(100, 0.4), point(2100, 0.6)], 2100 * HOUR, named);
  const whole = until - (all[0]?.at ?? 0);
  expect(until - (all.at(-1)?.at ?? 0)).toBeGreaterThan(0.06 * whole);
});

test("of thousands of changes a drawing keeps few, with the last among them", () => {
  const many = Array.from({ length: 5000 }, (_, place) => point(place, place / 5000));
  const { all } = stretches([initial, ...many], 6000 * HOUR, named);
  expect(all.length).toBeLessThan(250);
  expect(all.at(-1)?.at).toBe(4999 * HOUR);
});

test("what a person set is told as that, and nothing is said to be initial any more", () => {
  const mine = point(5, 0.5, { because: "person", changed_by: "person:Mara", persona: "a", run_id: null });
  expect(setBy([initial])).toContain("the initial ones are in use");
  expect(setBy([initial, mine])).toBe("1 change by a person since the first weights.");
  const back = point(7, 0.4, { because: "rolled back", run_id: "run 1" });
  expect(setBy([initial, point(1, 0.4), point(6, 0.6), mine, back])).toBe(
    "2 looks and 1 change by a person since the first weights.",
  );
});

test("leaders come by share, and the others fill up to all", () => {
  const shares = { a: 0.1, b: 0.4, c: 0.3, d: 0.2 };
  const lead = leading(shares, {}, 2);
  expect(leading({ a: 0.5, b: 0.5 }, { a: 0.1, b: 0.9 })).toEqual(["b", "a"]);
  expect(lead).toEqual(["b", "c"]);
  const told = grouped(shares, lead);
  expect(told.map(([id]) => id)).toEqual(["b", "c", OTHERS]);
  expect(told.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1);
});

test("each layer lasts until the next stretch, the last until the end, and lies on the one below", () => {
  const all = [
    { at: 0, name: "", shares: { a: 0.5, b: 0.5 } },
    { at: 10, name: "", shares: { a: 1, b: 0 } },
  ];
  const [bottom, top] = layers(
    all,
    30,
    ["a"],
    (at) => at,
    (sum) => 100 - sum * 100,
  );
  expect(bottom?.path).toBe("M0.0 50.0L10.0 50.0L10.0 0.0L30.0 0.0L30.0 100.0L10.0 100.0L10.0 100.0L0.0 100.0Z");
  expect(top?.path).toBe("M0.0 0.0L10.0 0.0L10.0 0.0L30.0 0.0L30.0 0.0L10.0 0.0L10.0 50.0L0.0 50.0Z");
});

test("dates stand under the drawing from the first change until now, apart from each other and from the ends", () => {
  const day = (at: number) => String(Math.floor(at));
  const scale = (width: number) => (at: number) => (at / 100) * width; // days 0 to 100, the first change on day 8
  const wide = dates(8, 100, scale(600), 600, day);
  expect(wide[0]).toEqual({ x: 48, name: "8" });
  expect(wide.length).toBeGreaterThan(3);
  for (const [place, one] of wide.entries()) {
    expect(one.x).toBeLessThanOrEqual(600 - 44 - 90);
    if (place > 0) expect(Math.floor(scale(600).call(null, Number(one.name)))).toBeLessThanOrEqual(one.x);
    if (place > 0) expect(one.x - (wide[place - 1]?.x ?? 0)).toBeGreaterThanOrEqual(80);
  }
  expect(dates(8, 100, scale(320), 320, day)[0]).toEqual({ x: 44, name: "8" }); // beside "initial", not under it
  expect(dates(8, 100, scale(320), 320, day).length).toBeGreaterThan(1);
  expect(dates(90, 100, scale(320), 320, day)).toEqual([]); // no room before "now"
  expect(dates(8, 100, scale(600), 600, () => "today")).toHaveLength(1); // hours apart
});

test("the end of a sample company is told beside what people changed", () => {
  const gone = point(5, 0.5, { because: "sample removed", changed_by: "sample", run_id: null });
  expect(setBy([initial, gone])).toBe("The end of the sample company since the first weights.");
});
