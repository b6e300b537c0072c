import { expect, test } from "vitest";
import {
  type Bench,
  besideGate,
  type Change,
  changeWords,
  deciding,
  dollars,
  figuresOf,
  mayTakeOver,
  minus,
  type Results,
  scaleOf,
  sideBySide,
  spanOf,
  spanWords,
  type Version,
} from "./told";

const figures = (score: number, more: object = {}) => ({
  n: 60,
  failed: 0,
  means: { score, valid: 1, intent: score },
  cost_per_line_usd: 0.002,
  seconds_p50: 0.5,
  seconds_p95: null,
  ...more,
});
const results = {
  lines: 60,
  learned_from: 0,
  contenders: { built_in: figures(0.6, { priced: false }), candidate: figures(0.9) },
  differences: { built_in: { n: 60, score: { n: 60, difference: 0.3, low: 0.1, high: 0.5 } } },
  against: "built_in",
  slices: [],
} as Results;

test("the figures stand side by side, this model first, and what is not known stays empty", () => {
  const rows = sideBySide(results);
  expect(rows.map((one) => one.name)).toEqual([
    "Score",
    "Intent",
    "Usable",
    "Gave nothing of use",
    "Cost of a line",
    "Time, half below",
    "Time, 95 of 100 below",
  ]);
  expect(rows[0]?.values).toEqual([0.9, 0.6]);
  expect(rows.find((one) => one.key === "cost")?.values).toEqual([0.002, null]);
  expect(rows.find((one) => one.key === "p95")?.values).toEqual([null, null]);
});

test("a difference is told with its interval and n, and that it may be none", () => {
  expect(spanWords({ n: 60, difference: 0.3, low: 0.1, high: 0.5 })).toBe("+0.300, 0.100 to 0.500, n = 60");
  expect(spanWords({ n: 9, difference: -0.1, low: -0.4, high: 0.2 })).toBe(
    "−0.100, −0.400 to 0.200, n = 9; may be none",
  );
  expect(spanWords({ n: 60, difference: 0, low: 0, high: 0 })).toBe("no difference, n = 60");
  expect(spanWords({ n: 5, difference: 0.2, low: null, high: null })).toBe(
    "+0.200, n = 5: too few lines for an interval",
  );
  expect(minus("Overall -0.267 (-0.433 to +0.100), intent-free")).toBe(
    "Overall −0.267 (−0.433 to +0.100), intent-free",
  );
  expect(spanOf(results, "score")?.difference).toBe(0.3);
  expect(spanOf(results, "n")).toBeNull();
  expect(spanOf(results, "cost")).toBeNull();
});

test("the scale holds every interval and is never too narrow", () => {
  expect(scaleOf([])).toBeCloseTo(0.11);
  expect(scaleOf([{ n: 1, difference: 0, low: -0.6, high: 0.2 }])).toBeCloseTo(0.66);
  expect(scaleOf([{ n: 1, difference: 1, low: 1, high: 1 }])).toBe(1);
});

const decided = (more: object = {}) =>
  ({
    gate: { benchmark_id: "b", passed: true, rule: "better", words: "It is better.", n: 30, ...more },
    metrics: { benchmark_id: "b", n: 30 },
  }) as unknown as Version;

test("the benchmark that decides is the one that is shown, whichever is newest", () => {
  const benches = [{ id: "c" }, { id: "b" }] as Bench[];
  expect(deciding(decided(), benches)?.id).toBe("b");
  expect(deciding({ ...decided(), gate: null }, benches)).toBeNull();
  expect(figuresOf(decided()).n).toBe(30);
  expect(figuresOf({ ...decided(), metrics: { benchmark_id: "c", n: 60 } })).toEqual({});
  expect(figuresOf({ ...decided(), gate: null })).toEqual({});
});

test("it may take over where the gate passed it, from what is asked now", () => {
  expect(mayTakeOver(decided())).toBe(true);
  expect(mayTakeOver(decided({ passed: false }))).toBe(false);
  expect(mayTakeOver(decided({ moved: "It was held against the built-in one." }))).toBe(false);
  expect(mayTakeOver({ ...decided(), gate: null })).toBe(false);
});

test("a later look and what is asked now stand beside the gate's words", () => {
  expect(besideGate(decided())).toEqual([]);
  expect(besideGate(decided({ later: "A later comparison over 60 lines: -0.1." }))).toEqual([
    "A later comparison over 60 lines: −0.1.",
  ]);
  expect(besideGate(decided({ moved: "It was held against tuned:p@1." }))).toEqual([
    "It was held against p@1. Compare it again before it can take over.",
  ]);
  expect(besideGate({ ...decided(), gate: null })).toEqual([]);
});

test("what is less than a cent is not told as nothing", () => {
  expect([0, 0.5, 1, 0.015, 0.05, 14.1].map(dollars)).toEqual(["$0.00", "$0.50", "$1.00", "$0.015", "$0.05", "$14.10"]);
  expect([0.004, 0.00034, 0.0000012].map(dollars)).toEqual(["$0.004", "$0.00034", "$0.0000012"]);
});

test("every kind of change has its sentence", () => {
  const told = (kind: string, model: string | null, from_model: string | null) =>
    changeWords({ kind, model, from_model } as Change);
  expect(told("promote", "p@2", null)).toBe("p@2 took over from the configured models, through the gate");
  expect(told("force", "p@2", "p@1")).toBe("p@2 took over from p@1, without the gate");
  expect(told("auto_return", null, "p@2")).toBe("Back from p@2 to the configured models, by itself");
  expect(told("candidate", null, "p@2")).toBe("p@2 is the candidate no more");
  expect(told("retire", null, "p@1")).toBe("p@1 was retired");
});
