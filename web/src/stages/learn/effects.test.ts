import { describe, expect, it } from "vitest";
import { inOwnTerms, namesOf, pairOf, toldEffect } from "./effects";

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
