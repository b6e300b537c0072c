import { describe, expect, it } from "vitest";
import {
  asTyped,
  brought,
  closeBy,
  drawn,
  judged,
  leftOut,
  type Measured,
  OUTCOMES,
  old,
  pointsOf,
  type Reading,
  shortly,
  told,
  typedIn,
} from "./measured";

const reading = (given: Partial<Reading>): Reading => ({
  impressions: null,
  views: null,
  reach: null,
  clicks: null,
  likes: null,
  shares: null,
  comments: null,
  bookmarks: null,
  reading_id: "r1",
  measured_at: "2030-01-07T10:00:00Z",
  age_seconds: 3600,
  source: "x",
  engagement_rate: null,
  flags: [],
  notes: [],
  ...given,
});
const measured = (given: Partial<Measured>): Measured => ({
  publication_id: "1",
  channel: "x",
  published_at: "2030-01-07T09:00:00Z",
  note: null,
  readings: [],
  ages: [],
  foretold_at: null,
  foretold: [],
  followers_before: null,
  followers_after: null,
  campaign: null,
  content: null,
  attributed: null,
  ...given,
});
const foretold = { outcome: "likes", value: 5, low: 2, high: 8, came: null, final: false, held: null };

describe("what came through its links", () => {
  const attributed = {
    sessions: 42,
    conversions: 1,
    revenue: 3400,
    currency: "USD",
    return_on_cost: 28.3333,
    split_by: ["source", "campaign"],
    first_day: "2030-01-07",
    last_day: "2030-01-09",
  };

  it("is a sentence with what web analytics told", () => {
    expect(brought(measured({ campaign: "spring-abcdef", attributed }))).toBe(
      "Through its links came 42 visits, 1 conversion, $3,400, from 2030-01-07 to 2030-01-09. That is 28.33 times what it cost.",
    );
    const few = { ...attributed, sessions: 1, conversions: null, revenue: null, currency: null, return_on_cost: null };
    expect(brought(measured({ attributed: few }))).toBe(
      "Through its links came 1 visit, from 2030-01-07 to 2030-01-09.",
    );
  });

  it("says that nothing is told of tagged links, and nothing of links that are not tagged", () => {
    expect(brought(measured({ campaign: "spring-abcdef" }))).toContain("tell nothing of them yet");
    expect(brought(measured({}))).toBeNull();
  });

  it("says on the day it went out, by UTC, that its visits are told from the next", () => {
    const first = measured({ campaign: "spring-abcdef", published_at: "2030-01-07T23:50:00Z" });
    expect(brought(first, Date.parse("2030-01-07T23:59:00Z"))).toContain("whole days, UTC: from tomorrow.");
    expect(brought(first, Date.parse("2030-01-08T00:01:00Z"))).not.toContain("tomorrow");
  });
});

describe("what was read of a post", () => {
  it("shows only counters that somebody told", () => {
    expect(told([reading({ likes: 0 }), reading({ views: 3 })])).toEqual(["views", "likes"]);
    expect(told([])).toEqual([]);
  });

  it("tells readings of one minute apart by the second", () => {
    const [first, second, later] = ["10:00:00", "10:00:40", "10:02:00"].map((at) =>
      reading({ measured_at: `2030-01-07T${at}Z` }),
    ) as [Reading, Reading, Reading];
    expect([first, second, later].map((one) => closeBy(one, [first, second, later]))).toEqual([true, true, false]);
  });

  it("takes what was not told for no value, and nought for one", () => {
    const rows = [reading({ likes: 0 }), reading({ age_seconds: 7200 }), reading({ likes: 4, age_seconds: null })];
    expect(pointsOf("likes", rows)).toEqual([{ seconds: 3600, value: 0, typed: false }]);
    expect(pointsOf("engagement", [reading({ clicks: 2, comments: 1 }), reading({ likes: 9 })])).toHaveLength(1);
  });

  it("draws what was foretold where it was read, else how often it was seen", () => {
    expect(drawn(measured({ foretold: [foretold] }))).toBe("seen");
    expect(drawn(measured({ foretold: [foretold], readings: [reading({ likes: 3 })] }))).toBe("likes");
  });

  it("calls engagement by what it is, so that likes beside it are no part of it", () => {
    const likes = { likes: 30, clicks: 5, shares: 2, comments: 1 };
    expect(pointsOf("engagement", [reading(likes)])[0]?.value).toBe(8);
    expect(OUTCOMES.engagement).toBe("Clicks, shares and comments");
  });

  it("says whether an interval held only once it is sure", () => {
    expect(judged(foretold)).toBe("2 to 8 foretold; not told yet");
    expect(judged({ ...foretold, came: 3 })).toBe("2 to 8 foretold; 3 so far");
    expect(judged({ ...foretold, came: 9, final: true, held: false })).toBe("9, outside of 2 to 8");
  });

  it("reads numbers as people type them, and names the one that is none", () => {
    expect(typedIn({ views: "1,840", likes: " 32 ", clicks: "" }).counts).toEqual({ views: 1840, likes: 32 });
    expect(typedIn({ views: "many" }).wrong).toBe("views");
    expect(typedIn({ views: "-3" }).wrong).toBe("views");
  });

  it("says an age in the unit that fits", () => {
    expect([60 * 20, 3600, 6 * 3600 + 1200, 72 * 3600, 7 * 86_400].map(old)).toEqual([
      "20 min",
      "1 h",
      "6.3 h",
      "72 h",
      "7 d",
    ]);
  });
});

describe("a reading that is wrong", () => {
  it("is left out of what is drawn where it is doubted, so that it flattens no other", () => {
    const absurd = reading({ likes: 1e12, flags: ["likes_above_people"], age_seconds: 7200 });
    expect(pointsOf("likes", [reading({ likes: 5 }), absurd]).map((one) => one.value)).toEqual([5]);
    expect(leftOut("likes", [reading({ likes: 5 }), absurd])).toBe(1);
    expect(leftOut("reach", [reading({ likes: 5 }), absurd])).toBe(0);
  });
  it("fills the form that mends it", () => {
    expect(asTyped(reading({ views: 0, likes: 12 }))).toEqual({ views: "0", likes: "12" });
  });
  it("takes no more room on the axis than others", () => {
    const shown = [0, 1200, 3_000_000, 1e12].map((value) => shortly("likes", value));
    expect(shown).toEqual(["0", "1.2K", "3M", "1T"]);
    expect([0.025, 0.5, 1e12].map((value) => shortly("engagement_rate", value))).toEqual(["2.5%", "50%", "100T%"]);
  });
});
