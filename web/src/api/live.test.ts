import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listen } from "./live";

/** An event stream whose events the test sends. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 1;
  onopen?: () => void;
  onerror?: () => void;
  constructor(readonly url: string) {
    super();
    Stream.all.push(this);
  }
  close() {
    this.readyState = 2;
  }
  changed(topic: string, id = "") {
    this.dispatchEvent(new MessageEvent("changed", { data: JSON.stringify({ topic, id }) }));
  }
}

/** A channel between tabs that is strict about being closed, as a browser's is. */
class Channel {
  static posted: unknown[] = [];
  onmessage: ((message: MessageEvent) => void) | null = null;
  closed = false;
  postMessage(said: unknown) {
    if (this.closed) throw new DOMException("Channel is closed", "InvalidStateError");
    Channel.posted.push(said);
  }
  close() {
    this.closed = true;
  }
}

let queries: QueryClient;
beforeEach(() => {
  Stream.all = [];
  Channel.posted = [];
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.useFakeTimers();
  queries = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: "always" } } });
});
afterEach(() => {
  queries.clear();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("news that never rest are shown all the same, on a slow line too", async () => {
  let asked = 0;
  const { QueryObserver } = await import("@tanstack/react-query");
  const watched = new QueryObserver(queries, {
    queryKey: ["commands", "numbers"],
    queryFn: () => new Promise((found) => setTimeout(() => found(++asked), 600)), // longer than news come
  });
  const shown: unknown[] = [];
  const forget = watched.subscribe((result) => result.data !== shown.at(-1) && shown.push(result.data));
  const stop = listen(queries);
  await vi.advanceTimersByTimeAsync(1_000);
  for (let passed = 0; passed < 12_000; passed += 150) {
    Stream.all[0]?.changed("commands");
    await vi.advanceTimersByTimeAsync(150);
  }
  expect(shown.length).toBeGreaterThan(5);
  expect(asked).toBeLessThan(25);
  stop();
  forget();
});

test("one slow place holds up no other", async () => {
  const { QueryObserver } = await import("@tanstack/react-query");
  let hung = 0;
  let quick = 0;
  const forget = [
    new QueryObserver(queries, { queryKey: ["commands"], queryFn: () => (hung++ ? new Promise(() => undefined) : 1) }),
    new QueryObserver(queries, { queryKey: ["task", "1"], queryFn: async () => ++quick }),
  ].map((each) => each.subscribe(() => undefined));
  const stop = listen(queries);
  await vi.advanceTimersByTimeAsync(500);
  for (const topic of ["commands", "plans", "commands", "plans"]) {
    Stream.all[0]?.changed(topic, "1");
    await vi.advanceTimersByTimeAsync(400);
  }
  expect(quick).toBe(3);
  stop();
  for (const each of forget) each();
});

test("nothing is passed on once a tab has stopped to listen", () => {
  const stop = listen(queries);
  const [stream] = Stream.all;
  stop();
  expect(stream?.readyState).toBe(Stream.CLOSED);
  const before = Channel.posted.length;
  expect(() => stream?.onerror?.()).not.toThrow();
  expect(() => stream?.changed("tasks", "1")).not.toThrow();
  expect(Channel.posted).toHaveLength(before);
});
