import { expect, test } from "vitest";
import { apart, curvesOf, nearest, rowsOf, said, thinned, ticksOf } from "./loss";

const at = (step: number | null, loss: number | null, held: number | null = null) => ({ step, loss, eval_loss: held });
const as = (value: number) => value.toFixed(2);

test("events with a loss become two curves, others are left out", () => {
  const found = curvesOf([at(null, null), at(10, 3), at(10, null, 2.9), at(20, 2), at(20, null, 2.2)]);
  expect(found.train).toEqual([
    { step: 10, value: 3 },
    { step: 20, value: 2 },
  ]);
  expect(found.held.map((one) => one.step)).toEqual([10, 20]);
});

test("a job that resumed from a checkpoint draws no line back in time", () => {
  const found = curvesOf([at(10, 3), at(20, 2), at(30, 1.5), at(20, 2.1), at(30, 1.6), at(40, 1.2)]);
  expect(found.train.map((one) => [one.step, one.value])).toEqual([
    [10, 3],
    [20, 2.1],
    [30, 1.6],
    [40, 1.2],
  ]);
});

test("where a provider counts no steps they are counted here", () => {
  expect(curvesOf([at(null, 3), at(null, 2), at(null, null, 2.5)])).toEqual({
    train: [
      { step: 1, value: 3 },
      { step: 2, value: 2 },
    ],
    held: [{ step: 2, value: 2.5 }],
  });
});

test("a long curve is thinned without losing its ends or its spike", () => {
  const long = Array.from({ length: 10_000 }, (_, step) => ({ step, value: step === 4321 ? 99 : 1 / (step + 1) }));
  const short = thinned(long, 400);
  expect(short.length).toBeLessThanOrEqual(402);
  expect(short[0]?.step).toBe(0);
  expect(short.at(-1)?.step).toBe(9_999);
  expect(short.some((one) => one.value === 99)).toBe(true);
  expect(short.map((one) => one.step)).toEqual([...short.map((one) => one.step)].sort((one, two) => one - two));
});

test("the nearest point, and none where there is none", () => {
  expect(nearest(curvesOf([at(10, 3), at(20, 2)]).train, 16)?.step).toBe(20);
  expect(nearest([], 3)).toBeUndefined();
});

test("the table has one row a step", () => {
  expect(rowsOf(curvesOf([at(10, 3), at(10, null, 2.9), at(15, null, 2.5), at(20, 2)]))).toEqual([
    [10, 3, 2.9],
    [15, null, 2.5],
    [20, 2, null],
  ]);
});

test("labels that would lie over each other are moved apart", () => {
  expect(apart(50, 52, 14)).toEqual([44, 58]);
  expect(apart(52, 50, 14)).toEqual([58, 44]);
  expect(apart(10, 90, 14)).toEqual([10, 90]);
});

test("a held-back loss that rises again is said in words", () => {
  const found = curvesOf([at(1, 3, 3), at(2, 2, 2), at(3, 1, 2.5)]);
  expect(said(found, as)).toBe(
    "Training 3.00 to 1.00; held back 3.00 to 2.50; the lowest held-back loss was 2.00 at step 2",
  );
  expect(said(curvesOf([at(1, 3)]), as)).toBe("Training 3.00");
});

test("the axis covers what is drawn and nothing far from it", () => {
  expect(ticksOf(5.89, 6.2)).toEqual([5.8, 5.9, 6, 6.1, 6.2]);
  expect(ticksOf(2, 2).length).toBeGreaterThan(1);
  const far = ticksOf(0.0004, 11.3);
  expect(far[0]).toBe(0);
  expect(far.at(-1)).toBeGreaterThanOrEqual(11.3);
});
