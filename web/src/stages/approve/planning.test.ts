import { expect, test } from "vitest";
import { ends, planOf, without } from "./planning";

const PLAN = {
  steps: [
    { id: "read", tool: "financial.read_metrics" },
    { id: "draft", tool: "content.draft", depends_on: ["read"] },
    { id: "check", tool: "compliance.check_claims", depends_on: ["read"] },
  ],
} as never;

test("only steps that no other waits for may be left out", () => {
  expect([...ends(PLAN)]).toEqual(["draft", "check"]);
  expect([...ends(without(without(PLAN, "draft"), "check"))]).toEqual(["read"]);
});

test("what is no plan yet is told and sent nowhere", () => {
  expect(planOf("{").error).toMatch(/no JSON yet/);
  expect(planOf("null").error).toMatch(/steps/);
  expect(planOf('{"steps": [{"id": "a"}]}').error).toMatch(/tool/);
  expect(planOf(JSON.stringify(PLAN)).plan).toEqual(PLAN);
});
