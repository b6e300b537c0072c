import { describe, expect, it } from "vitest";
import { actionOf, choices, done, object, told } from "./actions";

describe("the audit log", () => {
  it("is told in words and asked for in words", () => {
    expect(done("person.signed_in")).toBe("Signed in");
    expect(done("job.approved")).toBe("Job approved");
    expect(done("new_thing.made_up")).toBe("New thing made up");
    expect(actionOf("mcp server added")).toBe("tool_server.added");
    expect(actionOf("New thing made up", ["new_thing.made_up"])).toBe("new_thing.made_up");
    expect(actionOf("key.created")).toBe("key.created");
  });
  it("has no two acts with the same words, or one could not be asked for", () => {
    const words = choices([]);
    expect(new Set(words.map((one) => actionOf(one))).size).toBe(words.length);
    expect(words.every((one) => done(actionOf(one)) === one)).toBe(true);
  });
  it("names the thing, and leaves raw data out", () => {
    const id = "01a1ff86-1d84-79af-98b0-aa3dbc81bc43";
    expect(object("api_key", id, { name: "ci" })).toBe("API key ci");
    expect(object("task", id, {})).toBe("task bc81bc43");
    expect(object("setting", "smtp_host", {})).toBe("setting smtp host");
    expect(told({ name: "ci", role: "admin", given: true, channels: ["x", "email"], value: null })).toBe(
      "role: admin; given: yes; channels: x, email; value: none",
    );
  });
});
