import { expect, test } from "vitest";
import { Problem } from "../../api/client";
import { problemOf } from "./ChatComposer";

const busy = new Problem(409, "answer_running", "", "An answer is still being written.", "POST /api/chat/stop", []);

test("that another answer is being written is told without an address, and for as long as it is so", () => {
  expect(problemOf(busy, "01a2")).toBe(
    "Another answer is being written in this conversation. Wait for its end, or stop it.",
  );
  expect(problemOf(busy, null)).toBeUndefined();
  expect(problemOf(new Problem(422, "model_unknown", "", "There is no such model.", "Pick one.", []), null)).toBe(
    "There is no such model. Pick one.",
  );
  expect(problemOf(null, "01a2")).toBeUndefined();
});
