import { expect, test } from "vitest";
import type { Voice, VoiceLook } from "../../api/queries";
import { bandOf, bySize, did, forgets, newcomer, points, readBy, setBy, share, spanOf, unlike } from "./told";

const look = (part: Partial<VoiceLook>): VoiceLook =>
  ({
    status: "success",
    standing: "in use",
    changes: [{ generator: "a", oldWeight: 0.1, newWeight: 0.2 }],
    ...part,
  }) as VoiceLook;
const voice = (part: Partial<Voice>): Voice =>
  ({ status: "active", override: null, posts: 9, waiting: 0, early: 0, per_1k: 2.4, band: "good", ...part }) as Voice;

test("a look that had too little says so", () => {
  expect(did(look({ status: "skipped", standing: "none", reason: "insufficient data", changes: [] }))).toBe(
    "Skipped: insufficient data",
  );
});

test("what became of a look is told by its standing", () => {
  expect(did(look({}))).toBe("Changed 1 weight");
  expect(did(look({ standing: "proposed" }))).toBe("Proposed 1 weight");
  const back = { standing: "rolled back", decided_by: "person:Mara" } as const;
  expect(did(look(back))).toBe("Changed 1 weight, rolled back by Mara");
  expect(did(look({ ...back, changes: [] }))).toBe("Changed nothing, rolled back by Mara");
  expect(did(look({ standing: "dry run" }))).toBe("Would change 1 weight");
  expect(did(look({ changes: [] }))).toBe("Changed nothing");
  expect(did(look({ changes: [], standing: "proposed" }))).toBe("Proposes no change");
});

test("a band of few posts says that they are few, and what waits is no nought", () => {
  expect(bandOf(voice({}))).toBe("Good");
  expect(bandOf(voice({ posts: 3 }))).toBe("Good, few posts");
  expect(bandOf(voice({ posts: 0, waiting: 2, per_1k: null, band: "unknown" }))).toBe("Waiting");
  expect(bandOf(voice({ posts: 0, per_1k: null, band: "unknown" }))).toBe("No post yet");
});

test("posts before the first count of their channel wait for nothing", () => {
  expect(bandOf(voice({ posts: 0, early: 3, per_1k: null, band: "unknown" }))).toBe("Unscored");
  const read = { posts_analyzed: 38, posts_known: 83, posts_waiting: 4, posts_early: 3 };
  expect(readBy(look(read))).toBe(
    "38 posts scored in 7 days, 83 in a year; 4 posts wait; 3 lie before the first count and stay unscored",
  );
});

test("a newcomer that rises has a reason", () => {
  const special = [{ generator: "a", kind: "new", posts: 0 }];
  expect(newcomer(look({ special }), "a")).toBe("0 posts: drawn to be learnt about");
  expect(newcomer(look({ special }), "b")).toBeNull();
});

test("what a person set goes before what was learnt", () => {
  expect(setBy(voice({}))).toBeNull();
  expect(setBy(voice({ override: 0.3 }))).toBe("set by a person");
  expect(setBy(voice({ override: 0.3, status: "disabled" }))).toBe("disabled");
});

test("changes are told by size, with a sign", () => {
  const sorted = bySize([
    { generator: "a", oldWeight: 0.1, newWeight: 0.11 },
    { generator: "b", oldWeight: 0.3, newWeight: 0.1 },
  ]);
  expect(sorted.map((one) => one.generator)).toEqual(["b", "a"]);
  expect(points(-0.2)).toBe("−20.0");
  expect(points(0.006)).toBe("+0.6");
});

test("no change has no sign", () => {
  expect([points(0), points(0.0004), points(-0.0004)]).toEqual(["0.0", "0.0", "0.0"]);
});

test("a voice that another policy would hardly draw any more is not left out", () => {
  const voices = [
    { persona: "steady", now: 0.4, would: 0.41 },
    { persona: "riser", now: 0.1, would: 0.3 },
    { persona: "fallen", now: 0.5, would: 0.02 },
  ];
  expect(unlike(voices, 2).map((one) => one.persona)).toEqual(["riser", "fallen"]);
  expect(voices[0]?.persona).toBe("steady");
});

test("how fast a look forgot is told with what it was chosen by", () => {
  const found = {
    half_life_days: 60,
    half_lives_foretold: 480,
    half_lives: [
      { days: 7, gain: -0.0201, standard_error: 0.002 },
      { days: 21, gain: 0, standard_error: 0 },
      { days: 60, gain: 0.0042, standard_error: 0.001 },
    ],
  };
  expect(forgets(look({ found }))).toBe("60 days, by 480 posts (beside 21, 7: −0.020, 60: +0.004 a post)");
  expect(forgets(look({ found: {} }))).toBeNull();
});

test("a part of what was has its sign", () => {
  expect([share(0.123), share(-0.05), share(0)]).toEqual(["+12%", "−5%", "+0%"]);
});

test("an experiment that was ended before its start never began", () => {
  const planned = { start_at: "2027-01-01T00:00:00Z", end_at: "2027-01-15T00:00:00Z", ended_at: null };
  expect(spanOf(planned)).toMatch(/^From .*2027/);
  expect(spanOf({ ...planned, ended_at: "2026-12-01T00:00:00Z" })).toMatch(/^Never began: ended .*2026/);
  expect(spanOf({ ...planned, ended_at: "2027-01-10T00:00:00Z" })).toMatch(/^From/);
});
