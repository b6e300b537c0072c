import { expect, test } from "vitest";
import { gist } from "./reading";

test("of an article the words are shown, not what machines read", () => {
  const text =
    "<article>\n<h1>Prices &amp; more</h1>\n<p>They <b>fell</b>.</p><ul><li>One</li><li>Two</li></ul></article>";
  expect(gist({ channel: "blog", text })).toBe("Prices & more They fell. One Two");
});

test("of a letter the subject is shown", () => {
  expect(gist({ channel: "email", text: "Subject: Hello\n\nWords" })).toBe("Hello");
});
