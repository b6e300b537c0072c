import { expect, test } from "vitest";
import { offered, reason } from "./WhenBest";

const effect = (name: string) => ({ name, n: 12, ratio: 1.3, low: 1.1, high: 1.5, clear: true });
const told = (more: object) => ({
  channel: "x",
  status: "ok",
  at: null,
  time_zone: "UTC",
  n: 40,
  sentence: "",
  ...more,
});

test("only times to come are offered, soonest first", () => {
  const of = {
    x: told({ at: "2026-11-24T14:00:00Z" }),
    linkedin: told({ at: "2026-11-23T09:00:00Z" }),
    blog: told({ at: "2026-11-20T09:00:00Z" }),
    email: told({}),
  };
  expect(offered(of as never, Date.parse("2026-11-22T00:00:00Z"))).toEqual([
    ["linkedin", "2026-11-23T09:00:00Z"],
    ["x", "2026-11-24T14:00:00Z"],
  ]);
});

test("a reason has its n, or says that there is not enough data", () => {
  expect(reason(told({ hour: effect("14:00") }) as never)).toContain("the hour from 14:00 had 1.30 times");
  expect(reason(told({ hour: effect("14:00") }) as never)).toContain("n = 40");
  expect(reason(told({ status: "not enough data", n: 3, needed: 30 }) as never)).toBe(
    "Not enough data, 3 of 30 posts read at 72 hours or later.",
  );
  expect(reason(told({ status: "no clear difference" }) as never)).toContain("clearly better, n = 40");
});
