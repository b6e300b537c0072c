import { expect, test } from "vitest";
import { amount, bounds, brief, change, csvOf, thin, ticks, told } from "./figures";

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
