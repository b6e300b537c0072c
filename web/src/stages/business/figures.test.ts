import { expect, test } from "vitest";
import {
  afterGap,
  amount,
  bounds,
  brief,
  change,
  csvOf,
  lanes,
  partial,
  subtitle,
  sums,
  thin,
  ticks,
  told,
  visited,
} from "./figures";

test("a value is written by its unit, one that is missing as a dash", () => {
  expect(told(150_000, "usd", "EUR")).toBe("€150,000");
  expect(told(0.0245, "rate")).toBe("2.5%");
  expect(told(34_266, "count")).toBe("34,266");
  expect(told(null, "count")).toBe("–");
  expect(amount(-3.5)).toBe("−$3.50");
  expect([brief(2_000_000, "usd"), brief(34_266, "count"), brief(0.025, "rate")]).toEqual(["$2M", "34.3K", "2.5%"]);
});

test("a change has its sign, and an interval its n", () => {
  expect(change(0.024)).toBe("+2.4%");
  expect(change(-0.024)).toBe("−2.4%");
  expect(bounds({ low: 0.019, high: 0.03, n: 22 }, (value) => change(value))).toBe("+1.9% to +3.0%, n = 22");
  expect(bounds({ low: 0.019, high: 0.03, n: 10 }, (value) => change(value), "effective n")).toBe(
    "+1.9% to +3.0%, effective n = 10",
  );
  expect(thin(3, 5)).toBe("Not enough data, 3 of 5");
});

test("no text of a CSV is a formula to a spreadsheet, and commas and quotes stay in their cell", () => {
  expect(csvOf(["a", "b"], [["=cmd|' /C calc'!A0", 'say "hi", twice']])).toBe(
    'a,b\r\n\'=cmd|\' /C calc\'!A0,"say ""hi"", twice"\r\n',
  );
  expect(csvOf(["n"], [[-3], [null]])).toBe("n\r\n-3\r\n\r\n");
});

test("an axis begins at nothing, ends at or above the largest value, in equal steps", () => {
  for (const [least, most] of [
    [0, 153_520],
    [3, 0.0321],
    [-40, 17],
    [0, 0],
  ] as [number, number][]) {
    const found = ticks(least, most);
    expect(found[0]).toBeLessThanOrEqual(Math.min(0, least));
    expect(found.at(-1)).toBeGreaterThanOrEqual(most);
    expect(found.length).toBeLessThanOrEqual(7);
    expect(new Set(found).size).toBe(found.length);
  }
});

const points = (grain: "month" | "week", currency: string, many: number, year = 2024) =>
  Array.from({ length: many }, (_, at) => {
    const start = grain === "month" ? Date.UTC(year, at, 1) : Date.UTC(year, 0, 1 + 7 * at);
    const end = grain === "month" ? Date.UTC(year, at + 1, 0) : start + 6 * 86_400_000;
    const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
    return { start: iso(start), end: iso(end), value: at, currency };
  });

test("the figure that leads is of the newest values, and its unit names a currency once", () => {
  const old = [...points("week", "USD", 150, 2016), ...points("month", "USD", 1, 2026)];
  expect(lanes(old, "usd").map((one) => one.name)).toEqual(["by month", "by week"]);
  const both = [...points("week", "USD", 150, 2016), ...points("month", "EUR", 1, 2026)];
  expect(lanes(both, "usd").map((one) => one.name)).toEqual(["by month, EUR", "by week, USD"]);
  expect(subtitle("usd", points("week", "USD", 1)[0])).toBe("USD, by week");
  expect(subtitle("count", points("month", "USD", 1)[0])).toBe("count, by month");
});

test("months hide no weeks, and money of two currencies is never on one line", () => {
  const mixed = [...points("week", "USD", 40), ...points("month", "USD", 2)];
  expect(lanes(mixed, "usd").map((one) => [one.name, one.points.length])).toEqual([
    ["by month", 2],
    ["by week", 40],
  ]);
  const money = [...points("month", "EUR", 12, 2023), ...points("month", "USD", 3)];
  expect(lanes(money, "usd").map((one) => [one.name, one.points.length])).toEqual([
    ["by month, USD", 3],
    ["by month, EUR", 12],
  ]);
  expect(lanes(money, "count").map((one) => one.points.length)).toEqual([15]);
});

test("clicks are never told as visits", () => {
  expect(visited({ visits: 5, visits_are_clicks: true })).toBe("5 clicks");
  expect(visited({ visits: 1, visits_are_clicks: true })).toBe("1 click");
  expect(visited({ visits: 1240, visits_are_clicks: false })).toBe("1,240");
  expect(visited({ visits: null, visits_are_clicks: null })).toBe("–");
});

test("what was spent by channel is added up within each currency", () => {
  const spent = [
    { amount: 12_000_000, currency: "USD" },
    { amount: 700_000, currency: "USD" },
    { amount: 3000, currency: "EUR" },
    { amount: null, currency: null },
  ];
  expect(sums(spent)).toBe("$12.7M and €3K");
  expect(sums([{ amount: null, currency: null }])).toBeUndefined();
});

test("a value that lacks days says how many", () => {
  expect([partial({ days_missing: 1 }), partial({ days_missing: 3 }), partial({ days_missing: 0 })]).toEqual([
    "1 day missing",
    "3 days missing",
    "",
  ]);
});

test("a line breaks where more than two periods are missing", () => {
  const of = (start: string, end = start) => ({ start, end, value: 1, currency: "USD" });
  expect(afterGap(undefined, of("2026-10-01"))).toBe(false);
  expect(afterGap(of("2026-10-02"), of("2026-10-05"))).toBe(false); // a weekend
  expect(afterGap(of("2013-10-02"), of("2026-10-05"))).toBe(true);
  expect(afterGap(of("2026-01-01", "2026-01-31"), of("2026-03-01", "2026-03-31"))).toBe(false);
  expect(afterGap(of("2026-01-01", "2026-01-31"), of("2026-06-01", "2026-06-30"))).toBe(true);
});
