import { expect, test } from "vitest";
import {
  bodyOf,
  chosen,
  costOf,
  dueWhen,
  EMPTY,
  endsSoon,
  keeping,
  leaves,
  left,
  price,
  removalOf,
  removedWord,
  retiring,
  shortName,
} from "./told";

const said = { ...EMPTY, dataset: "d", target: "local" };

test("what was left empty is not sent", () => {
  expect(bodyOf(said)).toEqual({ dataset_id: "d", target: "local", method: "sft", seed: 0, despite_end: false });
});

test("each target keeps the base model that was chosen for it", () => {
  const both = { ...said, base: { local: " tiny ", openai: "gpt" }, epochs: 3, rank: 0, stop: "no" };
  expect(bodyOf(both)).toMatchObject({ base_model: "tiny", epochs: 3, lora_rank: 0, early_stopping: false });
  expect(bodyOf(both, "openai")).toMatchObject({ base_model: "gpt", target: "openai" });
});

test("without a dataset or a target there is no job", () => {
  expect(bodyOf(EMPTY)).toBeNull();
  expect(bodyOf({ ...said, target: "" })).toBeNull();
});

test("a base model ends soon within thirty days, and never where no end is told", () => {
  const now = Date.parse("2026-11-21T00:00:00Z");
  const base = (ends: string | null) => ({ name: "m", ends, methods: ["sft"], note: "" });
  expect(endsSoon(base("2026-12-20"), now)).toBe(true);
  expect(endsSoon(base("2027-03-01"), now)).toBe(false);
  expect(endsSoon(base(null), now)).toBe(false);
});

test("the time left is told once enough is done", () => {
  expect(left(30, 0.25)).toBe(90);
  expect(left(30, 0.01)).toBeNull();
  expect(left(30, null)).toBeNull();
});

test("a price that nobody tells is not nothing", () => {
  expect(price(null)).toBe("not told beforehand");
  expect(price(0)).toBe("$0.00");
});

test("the list tells what keeping a model costs, for which its job may wait, until the job has ended", () => {
  const job = (status: string, actual: number | null, month: string | null) =>
    ({ status, actual_cost: actual, estimated_cost: 0.02, estimate: { serving_usd_month: month } }) as never;
  expect(costOf(job("waiting_approval", null, "2872.80"))).toEqual(["~$0.02", "$2,872.80 a month to keep"]);
  expect(costOf(job("running", null, "0"))).toEqual(["~$0.02", ""]);
  expect(costOf(job("cancelled", null, "2872.80"))).toEqual(["~$0.02", ""]);
  expect(costOf(job("succeeded", 0.03, "2872.80"))).toEqual(["$0.03", ""]);
  expect(costOf({ ...(job("queued", null, null) as object), estimated_cost: null } as never)).toEqual(["–", ""]);
  expect(keeping(job("queued", null, null))).toBe("");
});

test("when a rule is due, in words", () => {
  expect(dueWhen({ after_examples: 50, every_days: 7 })).toBe("after 50 new examples, or every 7 days");
  expect(dueWhen({ after_examples: null, every_days: 1 })).toBe("every day");
});

test("settings that nobody chose are not listed, and a rank of none is", () => {
  expect(chosen({ epochs: 3, lora_rank: 0, batch_size: null, early_stopping: true })).toEqual([
    ["Epochs", "3"],
    ["LoRA rank", "0"],
    ["Early stopping", "on"],
  ]);
});

test("of a path the last part is shown", () => {
  expect(shortName("/models/tiny/")).toBe("tiny");
  expect(shortName("meta/llama")).toBe("llama");
});

test("only what had begun and has ended leaves something", () => {
  const job = { started_at: "2026-11-22T00:00:00Z", status: "failed", removal: null } as never;
  expect(leaves(job)).toBe(true);
  expect(leaves({ ...(job as object), started_at: null } as never)).toBe(false);
  expect(leaves({ ...(job as object), status: "running" } as never)).toBe(false);
  expect(removalOf(job)).toBe(null);
});

test("a stopped endpoint is not a deleted model, and retiring says which of them it does", () => {
  expect(removedWord({ state: "removed", what: "endpoint" })).not.toBe(removedWord({ state: "removed", what: "all" }));
  expect(retiring("together")).toContain("by the minute");
  expect(retiring("openai")).toContain("Nothing of it is stopped or deleted at OpenAI");
});
