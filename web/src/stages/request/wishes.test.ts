import { expect, test } from "vitest";
import { bodyOf, figuresOf, NO_WISHES, saidOf } from "./wishes";

test("figures are read a line each, however the number is written", () => {
  expect(figuresOf("revenue_monthly = 150,000\nconversion_rate: 4.5%\ncustomer_count 320\n\nchange −3")).toEqual({
    revenue_monthly: 150000,
    conversion_rate: 4.5,
    customer_count: 320,
    change: -3,
  });
});

test("what is no number is sent as it stands, so that the server can name it", () => {
  expect(figuresOf("revenue lots")).toEqual({ revenue: "lots" });
  expect(figuresOf("revenue")).toEqual({ revenue: "" });
  expect(figuresOf(" \n")).toBeUndefined();
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
