import { describe, expect, it } from "vitest";
import { forbiddenWords, forbids } from "./forbidding";

describe("findings that forbid publishing", () => {
  it("are those that block, and no others", () => {
    expect(forbids([{ severity: "major" }, { severity: "blocking" }])).toBe(true);
    expect(forbids([{ severity: "major" }])).toBe(false);
    expect(forbids([])).toBe(false);
    expect(forbids(undefined)).toBe(false);
  });
  it("name the channels and what to do", () => {
    expect(forbiddenWords(["linkedin"])).toBe(
      "A finding forbids publishing this for LinkedIn: change what it names, or leave the channel out.",
    );
    expect(forbiddenWords(["linkedin", "x"])).toContain(
      "LinkedIn and X: change what it names, or leave these channels out.",
    );
  });
});
