import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Coming, follow, sentences } from "./ChatStream";
import type { Message } from "./ChatTypes";

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
  say(name: string, id: number, body: object) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(body), lastEventId: String(id) }));
  }
}

let hidden = false;
beforeEach(() => {
  Stream.all = [];
  hidden = false;
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => {
    draw();
    return 0;
  });
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const open = () => Stream.all.filter((stream) => stream.readyState !== Stream.CLOSED);
const seen = (is: boolean) => {
  hidden = !is;
  document.dispatchEvent(new Event("visibilitychange"));
};

test("a refused stream is asked for again from the last piece that came", () => {
  const heard: Coming[] = [];
  const stop = follow("a1", (coming) => heard.push(coming), vi.fn());
  const [first] = Stream.all;
  first?.say("text", 1, { text: "Ma" });
  first?.say("text", 2, { text: "rch" });
  first?.close();
  first?.onerror?.();
  expect(heard.at(-1)).toMatchObject({ text: "March", broken: true });
  vi.advanceTimersByTime(2_500);
  expect(open().map((stream) => stream.url)).toEqual(["/api/chat/answers/a1/events?after=2"]);
  open()[0]?.onopen?.();
  open()[0]?.say("text", 3, { text: " was best." });
  expect(heard.at(-1)).toMatchObject({ text: "March was best.", broken: false });
  stop();
  expect(open()).toEqual([]);
});

test("a piece that comes twice is taken once", () => {
  const heard: Coming[] = [];
  const stop = follow("a1", (coming) => heard.push(coming), vi.fn());
  for (const [id, text] of [
    [1, "one "],
    [2, "two "],
    [1, "one "],
    [2, "two "],
    [3, "three"],
  ] as const)
    Stream.all[0]?.say("text", id, { text });
  expect(heard.at(-1)?.text).toBe("one two three");
  stop();
});

test("a tab that nobody sees holds no stream and goes on when it is seen", () => {
  const stop = follow("a1", vi.fn(), vi.fn());
  Stream.all[0]?.say("text", 4, { text: "x" });
  seen(false);
  expect(open()).toEqual([]);
  seen(true);
  expect(open().map((stream) => stream.url)).toEqual(["/api/chat/answers/a1/events?after=4"]);
  stop();
  seen(true);
  expect(open()).toEqual([]);
});

test("the end is told once and nothing is asked for after it", () => {
  const ended = vi.fn();
  follow("a1", vi.fn(), ended);
  Stream.all[0]?.say("end", 9, { id: "a1", state: "cut_off" } as Partial<Message>);
  seen(true);
  vi.advanceTimersByTime(10_000);
  expect(ended).toHaveBeenCalledOnce();
  expect(open()).toEqual([]);
});

test("a sign that says greater than is read aloud, one that quotes is not", () => {
  expect(sentences("> Growth > 5% is good. ")).toEqual(["Growth > 5% is good."]);
});

test("what is read aloud is finished and bears no marks", () => {
  expect(sentences("**March** was best. It brought 150.5 and")).toEqual(["March was best."]);
  expect(sentences("- one\n- two\nthr")).toEqual(["- one", "- two"]);
});
