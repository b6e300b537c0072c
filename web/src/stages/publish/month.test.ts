import { describe, expect, it } from "vitest";
import { dayOf, firstOf, moved, weeksOf } from "./month";

describe("a month", () => {
  it("is whole weeks that hold each of its days once", () => {
    for (let month = 0; month < 36; month++) {
      const first = new Date(2026, month, 1);
      const days = weeksOf(first).flat();
      expect(days.length % 7).toBe(0);
      expect(days[0]?.getDay()).toBe(1);
      const own = days.filter((day) => day.getMonth() === first.getMonth()).map(dayOf);
      expect(new Set(own).size).toBe(new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate());
      expect(own.length).toBe(new Set(own).size);
    }
  });
  it("follows and precedes over the year's end", () => {
    expect(moved(new Date(2026, 11, 1), 1)).toBe("2027-01");
    expect(moved(new Date(2026, 0, 1), -1)).toBe("2025-12");
  });
  it("is this one where the address says nonsense", () => {
    const now = new Date(2026, 4, 17);
    for (const said of [undefined, "", "2026-13", "May"]) expect(dayOf(firstOf(said, now))).toBe("2026-05-01");
    expect(dayOf(firstOf("2024-02", now))).toBe("2024-02-01");
  });
});
