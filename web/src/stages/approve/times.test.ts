import { describe, expect, it } from "vitest";
import { day } from "../../parts/words";
import { asDecided, firstTime, inputTime, meantFor, onceApproved, usualTimes } from "./times";

describe("times to send at", () => {
  it("are nine o'clock of working days to come", () => {
    const friday = new Date(2026, 10, 20, 23, 59);
    expect(usualTimes(friday).map(inputTime)).toEqual(["2026-11-23T09:00", "2026-11-24T09:00"]);
  });
  it("go over the end of a year", () => {
    expect(usualTimes(new Date(2026, 11, 31, 8)).map(inputTime)).toEqual(["2027-01-01T09:00", "2027-01-04T09:00"]);
  });
});

describe("what a preview says of a text that is not out", () => {
  const AT = "2026-11-25T09:00:00Z";
  it("names the day it was asked for, while that is to come", () => {
    const found = { publish_at: AT };
    expect(meantFor(found, Date.parse("2026-11-24T00:00:00Z"))).toBe(AT);
    expect(meantFor(found, Date.parse("2026-11-26T00:00:00Z"))).toBeNull();
    expect(onceApproved(AT)).toBe(`Due ${day(AT)}`);
  });
  it("says that it waits for the decision where no time is known", () => {
    expect(firstTime({ publish_at: null })).toBe("");
    expect(onceApproved("")).toBe("Once approved");
  });
  it("says what was decided of its channel", () => {
    const made = { verdict: "approve" as const, channels: ["linkedin"], schedule_at: AT };
    expect(asDecided(made, "linkedin")).toBe(`Due ${day(AT)}`);
    expect(asDecided({ ...made, schedule_at: null }, "linkedin")).toBe("Approved");
    expect(asDecided(made, "x")).toBe("Left out");
    expect(asDecided({ ...made, verdict: "reject" }, "linkedin")).toBe("Not approved");
  });
});
