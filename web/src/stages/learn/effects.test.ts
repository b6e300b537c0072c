import { describe, expect, it } from "vitest";
import { gridOf, inOwnTerms, namesOf, pairOf, toldEffect } from "./effects";

describe("an effect", () => {
  it("on engagement is how many times the usual", () => {
    expect(inOwnTerms({ metric: "engagement", mean_without: 40 }, Math.log(1.5))).toBeCloseTo(1.5);
    expect(toldEffect("engagement", 1.5)).toBe("1.50×");
  });
  it("on approval is points of a hundred, exactly: log(1 + 1) is one approval", () => {
    expect(inOwnTerms({ metric: "approval", mean_without: 0.5 }, Math.LN2 * 0.12)).toBeCloseTo(0.12);
    expect(toldEffect("approval", 0.12)).toBe("+12 points");
  });
  it("on quality is a difference of the score", () => {
    const effect = Math.log(1.85 / 1.8); // a mean of 0.85 against 0.80
    expect(inOwnTerms({ metric: "quality", mean_without: 0.8 }, effect)).toBeCloseTo(0.05);
    expect(toldEffect("quality", -0.05)).toBe("−0.050");
  });
});

it("a matrix begins with what is in most pairs and finds a pair either way", () => {
  const pairs = [
    { first: "b", second: "hub" },
    { first: "hub", second: "c" },
  ];
  expect(namesOf(pairs)).toEqual(["hub", "b", "c"]);
  expect(pairOf(pairs, "c", "hub")).toBe(pairs[1]);
  expect(pairOf(pairs, "b", "c")).toBeUndefined();
});

describe("a matrix", () => {
  const pair = (first: string, second: string, pearson: number | null = 0.1) => ({ first, second, pearson });
  const known = (one: { pearson: number | null }) => one.pearson != null;

  it("lays few names against many along the longer side of the screen", () => {
    const pairs = [pair("hour", "rate"), pair("length", "rate"), pair("rate", "score"), pair("views", "revenue", null)];
    expect(gridOf(pairs, known, false)).toMatchObject({ across: ["hour", "length", "score"], down: ["rate"] });
    expect(gridOf(pairs, known, true)).toMatchObject({ across: ["rate"], down: ["hour", "length", "score"] });
  });

  it("has each pair once and no line or column without a figure", () => {
    const names = ["a", "b", "c", "d"];
    const pairs = names.flatMap((one, place) => names.slice(place + 1).map((other) => pair(one, other)));
    const all = [...pairs, pair("a", "e", null), pair("e", "f", null)];
    for (const narrow of [true, false]) {
      const { across, down, at } = gridOf(all, known, narrow);
      expect([across, down]).toEqual([
        ["a", "b", "c"],
        ["b", "c", "d"],
      ]);
      const placed = down.map((row) => across.flatMap((column) => at(row, column) ?? []).length);
      expect(placed).toEqual([1, 2, 3]);
    }
    expect(gridOf([pair("a", "b", null)], known, false)).toMatchObject({ across: [], down: [] });
  });
});
