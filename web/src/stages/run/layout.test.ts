import { describe, expect, it } from "vitest";
import { depths, place } from "./layout";

const plan = [
  { id: "metrics", depends_on: [] },
  { id: "trends", depends_on: [] },
  { id: "story", depends_on: ["metrics"] },
  { id: "draft", depends_on: ["story", "trends"] },
  { id: "check", depends_on: ["draft"] },
];

describe("layout of a plan", () => {
  it("puts each node one column after the last of its inputs", () => {
    expect(Object.fromEntries(depths(plan))).toEqual({ metrics: 0, trends: 0, story: 1, draft: 2, check: 3 });
  });
  it("gives no two nodes one place", () => {
    const taken = place(plan).map(({ column, row }) => `${column}/${row}`);
    expect(new Set(taken).size).toBe(plan.length);
  });
  it("survives a cycle and an unknown input", () => {
    const odd = [
      { id: "a", depends_on: ["b"] },
      { id: "b", depends_on: ["a", "nowhere"] },
    ];
    expect(place(odd)).toHaveLength(2);
  });
});
