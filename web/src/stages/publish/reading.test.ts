import { expect, test } from "vitest";
import { accountOf, deliveryOf, gist, standsAt } from "./reading";

test("of an article the words are shown, not what machines read", () => {
  const text =
    "<article>\n<h1>Prices &amp; more</h1>\n<p>They <b>fell</b>.</p><ul><li>One</li><li>Two</li></ul></article>";
  expect(gist({ channel: "blog", title: null, text })).toBe("Prices & more They fell. One Two");
});

test("of a letter the subject is shown in words, not as the message carries it", () => {
  const text = "Subject: =?utf-8?b?R3LDvMOfZQ==?=\n\nWords";
  expect(gist({ channel: "email", title: "Grüße", text })).toBe("Grüße");
});

test("an account is called as it was named, and what has no name by its channel", () => {
  expect(accountOf({ delivered_by: "email", account: "news@example.org" })).toBe("news@example.org");
  expect(accountOf({ delivered_by: "linkedin", account: "linkedin" })).toBe("LinkedIn");
});

test("what was posted by hand stands where the person said, not in the outbox", () => {
  const posted = { posted_at: "2026-11-02T09:00:00Z", url: "https://x.com/a/status/1" };
  expect(standsAt({ url: "/data/outbox/1.md", posted: null })).toBe("/data/outbox/1.md");
  expect(standsAt({ url: "/data/outbox/1.md", posted })).toBe("https://x.com/a/status/1");
  expect(standsAt({ url: "/data/outbox/1.md", posted: { ...posted, url: null } })).toBeNull();
});

test("of a thread a list shows its first post, not the marks between posts", () => {
  expect(gist({ channel: "x", title: null, text: "First alpha.\n\n---\n\nSecond beta." })).toBe("First alpha.");
});

test("a preview names the account that was chosen, and says nothing of the usual one then", () => {
  const usual = { delivered_by: "wordpress", account: "Acme", recipients: 1, note: "X charges $0.015.", accounts: [] };
  expect(deliveryOf({ delivered_by: "wordpress", account: "Acme" }, usual)).toBe(usual);
  const other = deliveryOf({ delivered_by: "wordpress", account: "Third name" }, usual);
  expect([other.account, other.note]).toEqual(["Third name", null]);
});
