import { expect, test } from "vitest";
import { bodyOf, NO_WISHES, saidOf } from "./wishes";

test("figures are sent as they are typed: only the server reads numbers", () => {
  const figures = "revenue_monthly = 150,000\nconversion_rate: 0.5%\nbounce_rate 4,5%";
  expect(bodyOf("Write a post", { ...NO_WISHES, figures })).toEqual({ request: "Write a post", figures });
  expect(bodyOf("Write a post", { ...NO_WISHES, figures: " \n" })).toEqual({ request: "Write a post" });
});

test("what was not said is not sent", () => {
  expect(bodyOf("Write a post", NO_WISHES)).toEqual({ request: "Write a post" });
});

test("every wish is sent as the server wants it", () => {
  const wishes = { ...NO_WISHES, channels: ["linkedin"], tone: " calm ", after: "2030-01-02T09:00", review: true };
  expect(bodyOf("Write a post", wishes)).toEqual({
    request: "Write a post",
    preferences: { channels: ["linkedin"], tone: "calm" },
    not_before: new Date("2030-01-02T09:00").toISOString(),
    review_plan: true,
  });
  expect(saidOf(wishes)).toBe(4);
});
