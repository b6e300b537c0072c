import { describe, expect, it } from "vitest";
import type { Series } from "./planned";
import { bodyOf, changed, formOf, fresh, zones } from "./recurring";

const one = {
  ...bodyOf({ ...fresh("Europe/Berlin"), name: "Numbers", request: "A post" }),
  month_day: null,
  count: null,
  ends_on: null,
} as unknown as Series;

describe("a series in its form", () => {
  it("comes back as it went in", () => {
    expect(changed(one, formOf(one))).toEqual({});
  });
  it("sends only what was changed, and an end that was taken away as none", () => {
    expect(changed(one, { ...formOf(one), at: "18:00" })).toEqual({ at: "18:00" });
    expect(changed({ ...one, count: 3 }, { ...formOf({ ...one, count: 3 }), ends: "never" })).toEqual({ count: null });
  });
  it("sends weekdays with weeks only, and the day of the month with months only", () => {
    expect(changed(one, { ...formOf(one), every: "month", month_day: 31 })).toEqual({
      every: "month",
      weekdays: [],
      month_day: 31,
    });
  });
  it("offers the reader's own zone first", () => {
    expect(zones("Asia/Tokyo")[0]).toBe("Asia/Tokyo");
    expect(zones("UTC").filter((each) => each === "UTC")).toHaveLength(1);
  });
});
