import { describe, expect, it } from "vitest";
import { ago, byWhom, chance, cost, counted, duration, firstOf, percent, short, spoken, visible } from "./words";

describe("words", () => {
  it("tells durations in seconds up to two minutes, then in minutes", () => {
    expect(duration(0.42)).toBe("0.4 s");
    expect(duration(61)).toBe("61 s");
    expect(duration(250)).toBe("4 min 10 s");
    expect(duration(null)).toBe("–");
  });
  it("never tells no value as nought", () => {
    expect(cost(null)).toBe("–");
    expect(percent(undefined)).toBe("–");
    expect(cost(0)).toBe("$0.000");
  });
  it("never tells a few as none, nor nearly all as all", () => {
    expect(percent(1 / 219)).toBe("<1%");
    expect(percent(218 / 219)).toBe(">99%");
    expect(percent(0.0004, 1)).toBe("<0.1%");
    expect(percent(0.9996, 1)).toBe(">99.9%");
    expect(percent(1 / 219, 1)).toBe("0.5%");
    expect([0, 0.5, 1].map((share) => percent(share))).toEqual(["0%", "50%", "100%"]);
  });
  it("never tells a p- or q-value as nothing, nor to the last digit", () => {
    expect([0, 0.0000004, 0.00099, 0.001, 0.0421].map(chance)).toEqual([
      "< 0.001",
      "< 0.001",
      "< 0.001",
      "0.001",
      "0.042",
    ]);
    expect(chance(null)).toBe("–");
  });
  it("names the first ten and counts the others", () => {
    const names = Array.from({ length: 1_012 }, (_, at) => `c${at}`);
    expect(firstOf(names.slice(0, 10))).toBe("c0, c1, c2, c3, c4, c5, c6, c7, c8, c9");
    expect(firstOf(names)).toBe("c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 1,002 more");
  });
  it("tells times from now", () => {
    const now = Date.parse("2026-01-05T09:31:00Z");
    expect(ago("2026-01-05T09:25:00Z", now)).toContain("6");
    expect(ago(null)).toBe("–");
  });
  it("counts nouns, speaks names and cuts by words", () => {
    expect(counted(1, "task")).toBe("1 task");
    expect(counted(1200, "task")).toBe("1,200 tasks");
    expect(spoken("financial.read_metrics")).toBe("Read metrics");
    expect(short("Write a post about growth", 14)).toBe("Write a post…");
  });
  it("leaves the name of an agent or a key as it is", () => {
    expect(byWhom("writer.v2_test")).toBe("writer.v2_test");
    expect(byWhom("key:ci_bot")).toBe("the key ci_bot");
    expect(byWhom("local owner")).toBe("the local owner");
  });
  it("shows the marks that would turn the direction of a text", () => {
    expect(visible("a \u202elive\u202c b")).toBe("a [U+202E]live[U+202C] b");
    expect(short("\u2066x\u2069 said")).toBe("[U+2066]x[U+2069] said");
    expect(visible("שלום, مرحبا")).toBe("שלום, مرحبا");
  });
});
