import { expect, test } from "vitest";
import { type Detail, moments, unknownTo } from "./effect";
import { standing } from "./reading";

const ONE = {
  state: "published",
  channel: "linkedin",
  attempts: 1,
  attempted_at: "2026-11-02T09:00:01Z",
  finished_at: "2026-11-02T09:00:02Z",
  scheduled_at: "2026-11-02T09:00:00Z",
  next_attempt_at: null,
  note: "said by the channel",
  posted: null,
  deliveries: [],
  history: [],
} as unknown as Detail;

const decided = { decided_at: "2026-11-01T08:00:00Z", by: "person:Mara", automatic: false } as never;

test("a publication's moments stand in their order, with who decided", () => {
  expect(moments(ONE, decided).map((each) => each.text)).toEqual(["Approved by Mara", "Handed over", "Published"]);
});

test("what was refused says why, and after several tries how many, also after a person asked for it again", () => {
  const two = [1, 2].map((attempt) => ({ at: "2026-11-01T09:00:00Z", attempt, state: "not_sent", said: null }));
  const last = { at: ONE.finished_at, begun_at: ONE.attempted_at, attempt: 3, state: "refused", said: null };
  const whole = moments({ ...ONE, state: "refused", attempts: 1, history: [...two, last] } as unknown as Detail);
  const found = whole.filter((each) => !each.text.startsWith("Not sent"));
  expect(found.map((each) => [each.text, each.more])).toEqual([
    ["Handed over, try 3", undefined],
    ["Refused", "said by the channel"],
  ]);
});

test("what waits says when it goes out, or is tried again", () => {
  const waits = { ...ONE, state: "scheduled", attempted_at: null, finished_at: null } as Detail;
  expect(moments(waits).map((each) => [each.at, each.text])).toEqual([["2026-11-02T09:00:00Z", "Goes out"]]);
  const again = { ...ONE, state: "attempting", finished_at: null, next_attempt_at: "2026-11-02T09:05:00Z" } as Detail;
  expect(moments(again).at(-1)?.text).toBe("Next try");
});

test("of several addresses it says how many were reached", () => {
  const sent = { state: "sent", begun_at: ONE.attempted_at };
  const refused = { state: "refused", begun_at: ONE.attempted_at };
  const mail = { ...ONE, channel: "email", deliveries: [sent, sent, refused] } as unknown as Detail;
  expect(moments(mail)[0]?.more).toBe("2 of 3 addresses");
});

test("a try says how many it reached itself, and what an earlier one did is not called unsent", () => {
  const earlier = { state: "sent", begun_at: "2026-11-02T08:00:01Z" };
  const now = { state: "sent", begun_at: ONE.attempted_at };
  const history = [
    {
      at: "2026-11-02T08:00:02Z",
      begun_at: "2026-11-02T08:00:01Z",
      attempt: 1,
      state: "partly",
      said: "Sent to 2 of 3",
    },
    { at: ONE.finished_at, begun_at: ONE.attempted_at, attempt: 2, state: "published", said: null },
  ];
  const mail = { ...ONE, channel: "email", deliveries: [earlier, earlier, now], history } as unknown as Detail;
  expect(moments(mail).map((each) => [each.text, each.more])).toEqual([
    ["Handed over", undefined],
    ["Sent to some", "Sent to 2 of 3"],
    ["Handed over, try 2", "1 of 1 address"],
    ["Published", undefined],
  ]);
});

test("asked about are the addresses of which nobody knows, and no others", () => {
  const of = (state: string, recipient: string | null) => ({ state, recipient }) as Detail["deliveries"][number];
  const deliveries = [of("sent", "ann@x.example"), of("unknown", "bob@x.example"), of("refused", "cy@x.example")];
  expect(unknownTo({ deliveries })).toEqual(["bob@x.example"]);
  expect(unknownTo({ deliveries: [of("unknown", null)] })).toEqual([]);
});

test("earlier tries keep what was said of them", () => {
  const history = [
    { at: "2026-11-02T09:00:02Z", attempt: 1, state: "not_sent", said: "The line was closed." },
    { at: "2026-11-02T09:01:00Z", attempt: 2, state: "refused", said: "It is too long." },
    { at: "2026-11-02T09:10:00Z", begun_at: ONE.attempted_at, attempt: 3, state: "published", said: null },
  ];
  const found = moments({ ...ONE, finished_at: "2026-11-02T09:10:00Z", history } as Detail);
  expect(found.map((each) => [each.text, each.more])).toEqual([
    ["Handed over, try 3", undefined],
    ["Not sent", "The line was closed."],
    ["Refused, try 2", "It is too long."],
    ["Published", undefined],
  ]);
});

test("what nobody knows was not handed over well, and says when the channel is asked again", () => {
  const history = [{ at: "2026-11-02T09:00:02Z", attempt: 1, state: "unknown", said: "X was away." }];
  const lost = { ...ONE, state: "unknown", channel: "x", delivered_by: "x", finished_at: null, history };
  const found = moments({ ...lost, next_look_at: "2026-11-02T09:01:02Z" } as unknown as Detail);
  expect(found.map((each) => [each.text, each.look])).toEqual([
    ["Handed over", "unknown"],
    ["Nobody knows whether it was sent", "unknown"],
    ["X is asked again", "waiting"],
  ]);
});

test("what was looked up and found says so where it ended", () => {
  const said = "The channel was asked again. No answer came; it was looked up there and found.";
  const history = [
    { at: "2026-11-02T09:00:02Z", begun_at: ONE.attempted_at, attempt: 1, state: "unknown", said: "X was away." },
    { at: "2026-11-02T09:10:00Z", begun_at: ONE.attempted_at, attempt: 1, state: "published", said },
  ];
  const found = moments({ ...ONE, finished_at: "2026-11-02T09:10:00Z", history } as unknown as Detail);
  expect(found.map((each) => [each.text, each.more])).toEqual([
    ["Handed over", undefined],
    ["Nobody knows whether it was sent", "X was away."],
    ["Published", said],
  ]);
});

test("what lies in the outbox is not called published until a person posted it", () => {
  const lies = { ...ONE, delivered_by: "outbox" } as Detail;
  expect(moments(lies).at(-1)?.text).toBe("Written to the outbox");
  const posted = { ...lies, posted: { posted_at: "2026-11-02T10:00:00Z" } } as Detail;
  expect(moments(posted).map((each) => each.text)).toEqual(["Handed over", "Written to the outbox", "Posted by hand"]);
  expect([standing(lies), standing(posted)]).toEqual(["Written to the outbox", undefined]);
});

test("every try is told with its time, and who looked and had it sent again", () => {
  const [first, second] = ["2026-11-02T09:00:01Z", "2026-11-02T10:00:01Z"];
  const history = [
    { at: "2026-11-02T09:00:05Z", begun_at: first, attempt: 1, state: "unknown", said: "X was away.", by: null },
    {
      at: "2026-11-02T09:59:00Z",
      begun_at: first,
      attempt: 1,
      state: "not_sent",
      said: "Mara looked.",
      by: "Mara",
      sent_again: true,
    },
    { at: "2026-11-02T10:00:02Z", begun_at: second, attempt: 2, state: "published", said: null, by: null },
  ];
  const sent = { ...ONE, attempted_at: second, finished_at: "2026-11-02T10:00:02Z", history } as unknown as Detail;
  expect(moments(sent).map((each) => [each.at, each.text])).toEqual([
    [first, "Handed over"],
    ["2026-11-02T09:00:05Z", "Nobody knows whether it was sent"],
    ["2026-11-02T09:59:00Z", "Sent again by Mara"],
    [second, "Handed over, try 2"],
    ["2026-11-02T10:00:02Z", "Published"],
  ]);
});

test("what a person posted in the minute of its approval comes after it", () => {
  const posted = { posted_at: "2026-11-02T09:00:00Z" };
  const one = { ...ONE, delivered_by: "outbox", posted } as unknown as Detail;
  expect(moments(one).at(-1)?.text).toBe("Posted by hand");
});
