import { expect, test } from "vitest";
import { workOf, workSoFar } from "./Spent";

const phase = (name: string, seconds: number | null, state = "done") => ({ name, seconds, state });
const task = (...phases: ReturnType<typeof phase>[]) =>
  ({ status: "running", status_now: { phases, seconds: 9 } }) as unknown as Parameters<typeof workOf>[0];

test("a task that runs has worked as long as its phases, whatever lay between them, and the time since it was read", () => {
  const read = Date.parse("2026-05-04T10:00:00Z");
  const running = task(phase("intent", 3), phase("approval", 500), phase("execution", 15, "running"));
  expect(workSoFar(running, read, read + 2_000)).toBe(20);
  expect(workSoFar(running, read, read - 1_000)).toBe(18); // a clock that was told before it was read
  expect(workOf(running)).toBe(18);
});
