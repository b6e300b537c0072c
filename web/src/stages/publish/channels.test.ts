import { expect, test } from "vitest";
import { STEPS, WAYS } from "./channels";

const OFFERED: Record<string, string[]> = {
  linkedin: ["sign_in", "token"],
  x: ["sign_in", "token"],
  facebook: ["sign_in", "token"],
  wordpress: ["password"],
  ghost: ["admin_key"],
  webhook: ["address"],
  smtp: ["mail_server"],
};

test("each way to connect each provider says where to get what it asks for", () => {
  for (const [provider, ways] of Object.entries(OFFERED))
    for (const way of ways) {
      expect(STEPS[`${provider} ${way}`]?.length, `${provider} ${way}`).toBeGreaterThan(0);
      expect(WAYS[way as keyof typeof WAYS]).toBeTruthy();
    }
  expect(Object.keys(STEPS).length).toBe(Object.values(OFFERED).flat().length);
});
