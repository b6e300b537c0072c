import { describe, expect, it } from "vitest";
import { whenZoned } from "../../parts/words";
import { meant, standing } from "./goesOut";

const AT = "2026-11-25T13:30:00Z";
const LATER = "2026-11-26T13:30:00Z";
const one = (channel: string, scheduled_at: string | null, state = "scheduled") =>
  ({ channel, scheduled_at, state }) as Parameters<typeof standing>[1] extends (infer One)[] | undefined ? One : never;

describe("when a task's texts go out", () => {
  it("a time that decides carries its zone", () => {
    expect(whenZoned(AT)).toMatch(/(UTC|GMT|[A-Z]{2,5}|[+-]\d)/);
    expect(whenZoned(null)).toBe("–");
  });
  it("what is scheduled is not being sent", () => {
    expect(standing("approved", [one("linkedin", AT)])).toBe(`Approved; it goes out ${whenZoned(AT)}.`);
    expect(standing("approved", [one("linkedin", AT), one("x", AT)])).toBe(`Approved; it goes out ${whenZoned(AT)}.`);
    expect(standing("approved", [one("linkedin", AT), one("x", LATER)])).toBe(
      `Approved; LinkedIn goes out ${whenZoned(AT)}, X goes out ${whenZoned(LATER)}.`,
    );
    expect(standing("approved", [one("linkedin", AT, "published"), one("x", LATER)])).toContain(whenZoned(LATER));
    expect(standing("approved", undefined)).toBe("Approved; it waits for its time.");
    expect(standing("publishing", [one("linkedin", null, "attempting")])).toBe("Approved; it is being sent.");
  });
  it("what nobody is sure of is not said to be on its way", () => {
    const unknown = one("email", null, "unknown");
    expect(standing("publishing", [unknown, one("linkedin", null, "attempting")])).toBe(
      "Nobody knows whether the E-mail post is out. It waits for an answer.",
    );
    expect(standing("publishing", [{ ...one("x", null, "published"), unknown: 1 }])).toContain("the X post is out");
  });
  it("what was asked for holds until somebody decides, and while it is to come", () => {
    const now = Date.parse("2026-11-24T00:00:00Z");
    const task = { task_id: "1", status: "pending_approval", publish_at: AT };
    expect(meant(task, now)).toBe(AT);
    expect(meant({ ...task, status: "approved" }, now)).toBeNull();
    expect(meant(task, Date.parse(LATER))).toBeNull();
    expect(meant({ ...task, publish_at: null }, now)).toBeNull();
  });
});
