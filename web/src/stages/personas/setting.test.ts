import { expect, test } from "vitest";
import type { Voice } from "../../api/queries";
import { changeOf, meanwhile } from "./setting";

const voice = (part: Partial<Voice>): Voice =>
  ({
    status: "active",
    override: null,
    probability: 0.1,
    reason: null,
    changed_by: null,
    version: "1",
    ...part,
  }) as Voice;

test("only what was touched is sent", () => {
  expect(changeOf(voice({}), {})).toBeNull();
  expect(changeOf(voice({}), { status: "active", reason: " " })).toBeNull();
  expect(changeOf(voice({}), { given: true, share: 20, reason: "spring" })).toEqual({
    override: 0.2,
    reason: "spring",
  });
  expect(changeOf(voice({ override: 0.3, reason: "spring" }), { status: "disabled" })).toEqual({ status: "disabled" });
  expect(changeOf(voice({ override: 0.3, reason: "spring" }), { given: false })).toEqual({ override: null });
  expect(changeOf(voice({ reason: "spring" }), { reason: "summer" })).toEqual({ reason: "summer" });
});

test("a probability that was set anew is sent with its reason", () => {
  expect(changeOf(voice({ override: 0.3, reason: "spring" }), { share: 40 })).toEqual({
    override: 0.4,
    reason: "spring",
  });
});

test("what another one set meanwhile is told with what was read", () => {
  expect(meanwhile(voice({}), voice({ probability: 0.2 }))).toBeNull(); // learnt, and nobody's doing
  const fresh = voice({ version: "2", status: "disabled", reason: "spring is over", changed_by: "person:Ada" });
  expect(meanwhile(voice({}), fresh)).toBe(
    "It is disabled, was active; the reason is “spring is over”, was none; set by Ada.",
  );
  expect(meanwhile(voice({}), voice({ version: "3", override: 0.25 }))).toBe("Its probability is 25.0%, was learnt.");
});
