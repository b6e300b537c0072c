import { expect, test } from "vitest";
import {
  choiceOf,
  chosen,
  clean,
  FIXED,
  type From,
  joinable,
  joined,
  type Kind,
  LINE,
  type Mapping,
  missing,
  options,
  withField,
} from "./mapping";

const two = { columns: ["day", "hour"], format: "%d.%m.%Y %H" } as From;

test("choosing the same columns keeps how they are read, others do not inherit it", () => {
  expect(chosen(two, choiceOf(two))).toBe(two);
  expect(chosen(two, "day")).toEqual({ columns: ["day"] });
  expect(chosen(two, null)).toBeUndefined();
  expect(options(two, ["day", "hour"])[0]?.label).toBe("day + hour");
});

test("a column is joined behind the others, once, and the line of a row is a source too", () => {
  const day = chosen(undefined, "day") as From;
  expect(joinable(undefined, ["day", "hour"])).toEqual([]);
  expect(joinable(day, ["day", "hour"])).toEqual(["hour"]);
  const both = joined(day, "hour");
  expect(both.columns).toEqual(["day", "hour"]);
  expect(choiceOf(both)).toBe(options(both, ["day", "hour"])[0]?.value);
  expect(joinable(both, ["day", "hour"])).toEqual([]);
  expect(chosen(undefined, LINE)).toEqual({ columns: ["#line"] });
  expect(options(undefined, ["day"]).map((one) => one.value)).toContain(LINE);
});

test("one value for every row is kept while it is typed, and not sent while it is empty", () => {
  const from = chosen(undefined, FIXED);
  const mapping = withField({ fields: {} } as Mapping, "platform", from);
  expect(clean(mapping).fields).toEqual({});
  const filled = withField(mapping, "platform", { columns: [], value: "linkedin" } as unknown as From);
  expect(choiceOf(filled.fields?.platform)).toBe(FIXED);
  expect(Object.keys(clean(filled).fields ?? {})).toEqual(["platform"]);
});

test("what a kind wants is missed until it has a column", () => {
  const kind = {
    name: "posts",
    about: "",
    fields: [{ name: "platform", type: "text", required: true, about: "", names: [] }],
    any_of: [["title", "content"]],
  } as Kind;
  expect(missing(kind, { fields: {} } as Mapping)).toEqual([
    "platform needs a column.",
    "One of title, content needs a column.",
  ]);
  const whole = { fields: { platform: { columns: ["p"] }, title: { columns: ["t"] } } } as unknown as Mapping;
  expect(missing(kind, whole)).toEqual([]);
});
