import { expect, test } from "vitest";
import { type Detail, moments } from "./effect";

const ONE = {
  state: "published",
  channel: "linkedin",
  attempts: 1,
  attempted_at: "2026-11-02T09:00:01Z",
  finished_at: "2026-11-02T09:00:02Z",
  scheduled_at: "2026-11-02T09:00:00Z",
  next_attempt_at: null,
  note: "said by the channel",
  posted: null,
  deliveries: [],
} as unknown as Detail;

const decided = { decided_at: "2026-11-01T08:00:00Z", by: "person:Mara", automatic: false } as never;

test("a publication's moments stand in their order, with who decided", () => {
  expect(moments(ONE, decided).map((each) => each.text)).toEqual(["Approved by Mara", "Handed over", "Published"]);
});

test("what was refused says why, and after several tries how many", () => {
  const found = moments({ ...ONE, state: "refused", attempts: 3 });
  expect(found.map((each) => [each.text, each.more])).toEqual([
    ["Handed over, try 3", undefined],
    ["Refused", "said by the channel"],
  ]);
});

test("what waits says when it goes out, or is tried again", () => {
  const waits = { ...ONE, state: "scheduled", attempted_at: null, finished_at: null } as Detail;
  expect(moments(waits).map((each) => [each.at, each.text])).toEqual([["2026-11-02T09:00:00Z", "Goes out"]]);
  const again = { ...ONE, state: "attempting", finished_at: null, next_attempt_at: "2026-11-02T09:05:00Z" } as Detail;
  expect(moments(again).at(-1)?.text).toBe("Next try");
});

test("of several addresses it says how many were reached", () => {
  const sent = { state: "sent" };
  const mail = { ...ONE, channel: "email", deliveries: [sent, sent, { state: "refused" }] } as unknown as Detail;
  expect(moments(mail)[0]?.more).toBe("2 of 3 addresses");
});
