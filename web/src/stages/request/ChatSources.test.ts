import { expect, test } from "vitest";
import { inOrder, plain } from "./ChatSources";

test("what names a row comes first, then words, then figures, then addresses and what is nested", () => {
  const rows = [
    { url: "https://e.org/a", views: 3, meta: { a: 1 }, topic: "tea", title: "Cups", by: "us", worst: false },
  ];
  expect(inOrder(rows)).toEqual(["title", "topic", "by", "worst", "views", "url", "meta"]);
});

test("a value is told as a person reads it", () => {
  expect(plain(null)).toBe("–");
  expect(plain(-1234.5)).toBe("−1,234.5");
  expect(plain("2026-05-15")).toBe("May 15, 2026");
  expect(plain(["linkedin", "x"])).toBe("linkedin, x");
  expect(plain({ a: 1 })).toBe('{"a":1}');
  expect(plain("word ".repeat(40))).toHaveLength(90);
});

test("a number that is shown as a person reads it does not stand there twice", () => {
  expect(inOrder([{ period: "May 2026", value: 58120, shown: "$58,120", change: "+3.6%" }])).toEqual([
    "period",
    "shown",
    "change",
  ]);
  expect(inOrder([{ period: "May 2026", value: 58120 }])).toEqual(["period", "value"]);
});
