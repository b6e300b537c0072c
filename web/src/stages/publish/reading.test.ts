import { expect, test } from "vitest";
import { day } from "../../parts/words";
import { accountOf, deliveryOf, gist, outSince, reached, standsAt } from "./reading";

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

test("a preview names a day only where the text is out then, or due", () => {
  const AT = "2026-11-25T09:00:00Z";
  const none = { posted: null, seen: null, scheduled_at: null, next_attempt_at: null, finished_at: null };
  const one = { ...none, delivered_by: "linkedin" };
  expect(outSince({ ...one, state: "scheduled", scheduled_at: AT })).toBe(`Due ${day(AT)}`);
  expect(outSince({ ...one, state: "scheduled" })).toBe("At once");
  expect(outSince({ ...one, state: "attempting", scheduled_at: AT })).toBe("Being sent");
  expect(outSince({ ...one, state: "unknown", scheduled_at: AT })).toBe("Nobody knows whether it is out");
  expect(outSince({ ...one, state: "published", finished_at: AT })).toBe(day(AT));
  expect(outSince({ ...one, state: "refused", finished_at: AT })).toBe("Not sent");
  const outbox = { ...one, delivered_by: "outbox", state: "published" as const, finished_at: "2026-11-01T09:00:00Z" };
  expect(outSince(outbox)).toBe("Not posted yet");
  expect(outSince({ ...outbox, posted: { posted_at: AT, url: null } })).toBe(day(AT));
});

test("of a letter those are counted who surely got it", () => {
  expect(reached({ recipients: 5, unsent: 1, unknown: 2 })).toBe(2);
});
