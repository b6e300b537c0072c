import { expect, test } from "vitest";
import { exactly, withText } from "./exact";

test("a long id that was typed is sent digit by digit", () => {
  const sent = withText({ action: "read", priority: 0 }, "payload", '{"post": 1234567890123456789}');
  expect(sent).toBe('{"action":"read","priority":0,"payload":{"post": 1234567890123456789}}');
});

test("a long id that came is shown digit by digit, and all else as ever", () => {
  const text = '{"post":1234567890123456789,"n":[1,2.5,-3],"none":null,"word":"1234567890123456789"}';
  const read = exactly(text);
  expect((read as { n: number[] }).n).toEqual([1, 2.5, -3]);
  if ("rawJSON" in JSON) expect(JSON.stringify(read)).toBe(text); // older engines round, as they always did
});
