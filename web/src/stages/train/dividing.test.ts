import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { asked, dividedLike } from "./dividing";

const version = (source: string) =>
  ({
    source,
    recipe: { split: { by: "time", validation: 0.1, test: 0.29 }, seed: 7 },
  }) as unknown as Schemas["DatasetOut"];

test("a version says how it was divided, and one that was brought does not", () => {
  expect(dividedLike(version("examples"))).toEqual({ by: "time", validation: 10, test: 29, seed: 7 });
  expect(dividedLike(version("upload"))).toEqual({});
});

test("only what somebody said is asked for", () => {
  expect(asked({})).toEqual({});
  expect(asked({ test: 30 })).toEqual({ split: { test: 0.3 } });
  expect(asked({ by: "none", seed: 0 })).toEqual({ split: { by: "none" }, seed: 0 });
});
