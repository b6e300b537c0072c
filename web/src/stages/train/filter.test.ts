import { expect, test } from "vitest";
import { ends, filterOf, listed, searchOf } from "./filter";

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

test("costs, failures and what is archived too are said in the address", () => {
  const filter = { failed_only: true, cost_min: 0, cost_max: 0.25, archived: null };
  expect(searchOf(filter)).toMatchObject({ success: "no", least: "0", most: "0.25", archived: "with" });
  expect(filterOf(searchOf(filter))).toEqual(filter);
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
