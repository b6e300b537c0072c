import { expect, test } from "vitest";
import type { Voice, VoiceLook } from "../../api/queries";
import { bandOf, bySize, did, forgets, points, setBy, share, unlike } from "./told";

const look = (part: Partial<VoiceLook>): VoiceLook =>
  ({
    status: "success",
    standing: "in use",
    changes: [{ generator: "a", oldWeight: 0.1, newWeight: 0.2 }],
    ...part,
  }) as VoiceLook;
const voice = (part: Partial<Voice>): Voice =>
  ({ status: "active", override: null, posts: 9, waiting: 0, per_1k: 2.4, band: "good", ...part }) as Voice;

test("a look that had too little says so", () => {
  expect(did(look({ status: "skipped", standing: "none", reason: "insufficient data", changes: [] }))).toBe(
    "Skipped: insufficient data",
  );
});

test("what became of a look is told by its standing", () => {
  expect(did(look({}))).toBe("Changed 1 weight");
  expect(did(look({ standing: "proposed" }))).toBe("Proposed 1 weight");
  expect(did(look({ standing: "rolled back" }))).toBe("Changed 1 weight, rolled back");
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
