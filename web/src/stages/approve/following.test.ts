import { expect, test } from "vitest";
import { following } from "./DecisionBar";

const task = (task_id: string, status = "pending_approval") => ({ task_id, status });
const all = ["a", "b", "c", "d"].map((id) => task(id));

test("after a decision comes the text below it, not one that was passed over", () => {
  expect(following(all, all, "b")?.task_id).toBe("c");
  expect(following(all, [task("a"), task("d")], "b")?.task_id).toBe("d");
});
test("after the last one the longest waiting is next; a question is no text", () => {
  expect(following(all, all, "d")?.task_id).toBe("a");
  expect(following(all, [task("a", "needs_clarification")], "d")).toBeUndefined();
  expect(following([], all, "x")?.task_id).toBe("a");
});
