import { describe, expect, it } from "vitest";
import { inputTime, usualTimes } from "./times";

describe("times to send at", () => {
  it("are nine o'clock of working days to come", () => {
    const friday = new Date(2026, 10, 20, 23, 59);
    expect(usualTimes(friday).map(inputTime)).toEqual(["2026-11-23T09:00", "2026-11-24T09:00"]);
  });
  it("go over the end of a year", () => {
    expect(usualTimes(new Date(2026, 11, 31, 8)).map(inputTime)).toEqual(["2027-01-01T09:00", "2027-01-04T09:00"]);
  });
});
