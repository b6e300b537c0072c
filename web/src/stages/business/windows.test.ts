import { expect, test } from "vitest";
import { further, lately } from "./windows";

const until = "2026-11-01T00:00:00Z";

test("an empty window leads to the shortest one that reaches the newest before it", () => {
  const before = (latest_before: string | null, days = 90) => further({ until, days, latest_before });
  expect(before("2015-01-05T00:00:00Z")).toEqual({ of: "Jan 2015", days: "36500", label: "Look at all time" });
  expect(before("2020-03-31T23:00:00Z")).toEqual({
    of: "Mar 2020",
    days: "3650",
    label: "Look at the last ten years",
  });
  expect(before("2026-06-01T00:00:00Z")?.days).toBe("180");
  expect(before("2026-11-01T00:00:00Z", 180)?.days).toBe("365"); // never to where it looked already
});

test("nothing before the window leads nowhere", () => {
  expect(further({ until, days: 365, latest_before: null })).toBeUndefined();
  expect(further({ until, days: 36_500, latest_before: "1900-01-01T00:00:00Z" })).toBeUndefined();
  expect(further(undefined)).toBeUndefined();
  expect(lately("365")).toBe("the last year");
});
