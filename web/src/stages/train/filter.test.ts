import { afterEach, expect, test, vi } from "vitest";
import { backwards, dayField, ends, filterOf, listed, narrowed, searchOf, taken, toldFilter } from "./filter";

test("a filter survives the way through the address", () => {
  const search = {
    min: "0.85",
    intent: listed(["write, edit", "100%"]),
    out: "test",
    until: "2026-01-31",
    success: "yes",
    outcome: "no",
    archived: "only",
    sample: "yes",
  };
  const filter = filterOf(search);
  expect(filter).toEqual({
    quality_min: 0.85,
    intent_filter: ["write, edit", "100%"],
    exclude_tags: ["test"],
    date_before: "2026-01-31",
    success_only: true,
    has_outcome: false,
    archived: true,
    include_sample: true,
  });
  expect(filterOf(searchOf({ ...filter }))).toEqual(filter);
});

test("what nobody sees unasked is asked for in the address", () => {
  const filter = { include_hidden: true, archived: null, text: "anna" };
  expect(searchOf(filter)).toMatchObject({ hidden: "yes", archived: "with" });
  expect(filterOf(searchOf(filter))).toEqual(filter);
  expect(toldFilter(filter)).toContain("tests, development and excluded ones too");
});

test("costs, failures and what is archived too are said in the address", () => {
  const filter = { failed_only: true, cost_min: 0, cost_max: 0.25, archived: null };
  expect(searchOf(filter)).toMatchObject({ success: "no", least: "0", most: "0.25", archived: "with" });
  expect(filterOf(searchOf(filter))).toEqual(filter);
});

test("a limit is said in the address, and takes the newest", () => {
  const filter = { include_tags: ["gold"], limit: 5 };
  expect(searchOf(filter)).toMatchObject({ in: "gold", newest: "5" });
  expect(filterOf(searchOf(filter))).toEqual(filter);
  expect(narrowed({ newest: "5" })).toBe(true);
  for (const newest of ["0", "-1", "1.5", "few", "2000000000"]) expect(filterOf({ newest })).toEqual({});
});

test("a kept time stays the time that it is, a whole day becomes the day", () => {
  const kept = { date_after: "2026-01-31T00:00:00Z", date_before: "2026-02-01T12:30:00Z" };
  expect(filterOf(searchOf(kept))).toEqual({ date_after: "2026-01-31", date_before: "2026-02-01T12:30:00Z" });
});

test("an address that somebody broke narrows nothing", () => {
  expect(filterOf({ min: "much", max: "7", in: "%E0%A4%A", success: "perhaps", least: "-1", most: "x" })).toEqual({});
});

test("the whole range of scores also takes examples that have none", () => {
  expect(filterOf(ends([0, 1]))).toEqual({});
  expect(filterOf(ends([0.5, 1]))).toEqual({ quality_min: 0.5 });
});

test("a range that ends before it begins is told at once, by the field that ends it", () => {
  expect(backwards({ since: "2026-09-09", until: "2026-01-01" })).toMatchObject({
    upper: "until",
    says: "It lies before From",
  });
  expect(backwards({ least: "2", most: "1" })?.upper).toBe("most");
  expect(backwards({ min: "0.9", max: "0.1" })?.upper).toBe("max");
  for (const fine of [
    {},
    { since: "2026-01-31", until: "2026-01-31" },
    { since: "2026-01-31T12:00:00Z", until: "2026-01-31" },
    { least: "0", most: "0" },
    { since: "2026-01-31" },
    { min: "much", max: "0.1" },
  ])
    expect(backwards(fine)).toBeUndefined();
});

test("a kept filter is told in words", () => {
  expect(toldFilter({})).toBe("Everything not excluded");
  expect(
    toldFilter({
      quality_min: 0.85,
      include_tags: ["gold"],
      exclude_tags: [],
      platform: "linkedin",
      has_outcome: false,
      cost_max: 0.25,
      archived: null,
    }),
  ).toBe("Quality at least 0.85; tagged gold; for LinkedIn; cost at most $0.25; not measured yet; archived ones too");
  expect(
    toldFilter({
      intent_filter: ["write_post"],
      date_before: "2026-01-31T23:59:59.999999Z",
      failed_only: true,
      limit: 5,
    }),
  ).toMatch(/^Intent write post; up to .*2026.*; failed; the newest 5$/);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test.each(["UTC", "Pacific/Auckland", "Pacific/Honolulu"])(
  "days of a filter are days of UTC in %s too",
  async (zone) => {
    vi.stubEnv("TZ", zone);
    vi.resetModules();
    const { toldFilter: told } = await import("./filter");
    expect(new Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone);
    const whole = { date_after: "2026-06-10T00:00:00Z", date_before: "2026-06-10T23:59:59.999999Z" };
    expect(told(whole)).toBe("From Jun 10, 2026 (UTC); up to Jun 10, 2026 (UTC)");
    expect(told({ date_after: "2026-06-10T10:00:00Z" })).toMatch(/^From Jun 10, 2026, 10:00\sAM UTC$/);
  },
);

test("a bound that is no whole day says its time beside the field of its day", () => {
  expect(dayField(undefined)).toEqual({ day: "" });
  expect(dayField("2026-06-10")).toEqual({ day: "2026-06-10" });
  expect(dayField("2026-06-10T10:00:00Z")).toEqual({ day: "2026-06-10", at: "10:00" });
  expect(dayField("2026-06-10T10:00:07+12:00")).toEqual({ day: "2026-06-09", at: "22:00:07" });
  expect(dayField("someday")).toEqual({ day: "" });
});

test("before a dataset is made it is told what its role takes, not what the filter finds", () => {
  const usable = (used: number | null, missing: string | null = "") => ({
    role: "writer" as const,
    fit: 7,
    used,
    missing,
  });
  expect(taken(usable(3, "4 have no text that a person approved"), 7, "writer")).toBe(
    "Takes 3 of 7 examples that fit the filter: 4 have no text that a person approved.",
  );
  expect(taken(usable(0, "7 have no plan"), 7, "writer")).toBe(
    "Of 7 examples that fit the filter it can take none: 7 have no plan.",
  );
  expect(taken(usable(7), 7, "writer")).toBe("Takes all 7 examples that fit the filter.");
  expect(taken(usable(1), 1, "writer")).toBe("Takes the one example that fits.");
  expect(taken(usable(3), 7, "planner")).toBe("7 examples fit the filter."); // of the role before
  expect(taken(usable(null, null), 200_000, "writer")).toBe("200,000 examples fit the filter.");
  expect(taken(undefined, 0, "writer")).toBe("No example fits the filter.");
});
