import { expect, test } from "vitest";
import { openTab } from "./tabs";

test("an address that names no tab of the page opens its first", () => {
  const tabs = ["patterns", "when"] as const;
  expect(openTab("when", tabs)).toBe("when");
  for (const asked of ["times", "", undefined]) expect(openTab(asked, tabs)).toBe("patterns");
});
