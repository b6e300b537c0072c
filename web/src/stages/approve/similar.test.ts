import { expect, test } from "vitest";
import { day } from "../../parts/words";
import { placed, type Similar } from "./similar";

const POST: Similar = {
  task_id: null,
  task_name: "We open at nine",
  title: null,
  created_at: "2026-05-03T10:00:00Z",
  post_metrics: [
    { platform: "linkedin", engagement_rate: null },
    { platform: "linkedin", engagement_rate: 0.02 },
  ],
};

test("a post whose day nobody knows shows no day, any other its own", () => {
  expect(placed(POST)).toBe(`LinkedIn, ${day(POST.created_at)}`);
  expect(placed({ ...POST, metadata: { published_at_known: true } })).toBe(`LinkedIn, ${day(POST.created_at)}`);
  expect(placed({ ...POST, metadata: { published_at_known: false } })).toBe("LinkedIn, no date");
});
