import { expect, it } from "vitest";
import { tabOf } from "./tabs";

it("lands where a part of the settings stands, whatever it is called", () => {
  expect(tabOf("models")).toBe("connections");
  expect(tabOf("Channels")).toBe("connections");
  expect(tabOf("budgets")).toBe("rules");
});

it("leaves a tab's own name and what nobody knows", () => {
  expect(tabOf("keys")).toBe("keys");
  expect(tabOf("nonsense")).toBe("nonsense");
  expect(tabOf(undefined)).toBeUndefined();
});
