import { expect, test } from "vitest";
import { grouped, layers, leading, OTHERS, stretches } from "./stacked";

const HOUR = 3_600_000;
const run = (hours: number, a: number) => ({
  at: new Date(hours * HOUR).toISOString(),
  probabilities: { a, b: 1 - a },
});

test("the first weights stand first, as shares, and what holds now stands last", () => {
  const found = stretches({ a: 1, b: 3 }, [run(100, 0.4), run(106, 0.6)], { a: 0.7, b: 0.3 }, 112 * HOUR, String);
  expect(found.map((one) => one.shares.a)).toEqual([0.25, 0.4, 0.6, 0.7]);
  expect(found[0]?.at).toBeLessThan(100 * HOUR);
  expect(found.map((one) => one.at)).toEqual([...found.map((one) => one.at)].sort((one, other) => one - other));
});

test("without a run the first weights last until now", () => {
  const found = stretches({ a: 1, b: 1 }, [], { a: 0.5, b: 0.5 }, 10 * HOUR, String);
  expect(found.map((one) => one.name)).toEqual(["Initial weights", "Now"]);
});

test("weights of a moment ago are given a stretch to be seen by", () => {
  const found = stretches({ a: 1, b: 1 }, [run(100, 0.4)], { a: 0.4, b: 0.6 }, 100 * HOUR, String);
  expect((found[2]?.at ?? 0) - (found[1]?.at ?? 0)).toBe(6 * HOUR);
});

test("of thousands of runs a drawing keeps few, with the last among them", () => {
  const many = Array.from({ length: 5000 }, (_, place) => run(place, place / 5000));
  const found = stretches({ a: 1, b: 1 }, many, { a: 1, b: 0 }, 6000 * HOUR, String);
  expect(found.length).toBeLessThan(250);
  expect(found.at(-2)?.at).toBe(4999 * HOUR);
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

test("each layer lasts until the next stretch and lies on the one below", () => {
  const all = [
    { at: 0, name: "", shares: { a: 0.5, b: 0.5 } },
    { at: 10, name: "", shares: { a: 1, b: 0 } },
  ];
  const [bottom, top] = layers(
    all,
    ["a"],
    (at) => at,
    (sum) => 100 - sum * 100,
  );
  expect(bottom?.path).toBe("M0.0 50.0L10.0 50.0L10.0 0.0L10.0 100.0L10.0 100.0L0.0 100.0Z");
  expect(top?.path).toBe("M0.0 0.0L10.0 0.0L10.0 0.0L10.0 0.0L10.0 50.0L0.0 50.0Z");
});
