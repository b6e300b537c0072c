import { afterEach, expect, test, vi } from "vitest";

/** In a browser an address is of the page's own server; here of one that is made up. */
class Near extends Request {
  constructor(path: string, init?: RequestInit) {
    super(new URL(path, "http://here"), init);
  }
}
vi.stubGlobal("Request", Near); // before the client is made
const { ask, client, isLost, LOST, OFFLINE } = await import("./client");

afterEach(() => vi.unstubAllGlobals());

const decided = () => ask(client.POST("/api/orchestrator/approve", { body: {} as never }));
const away = () => vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));

test("an act that got no answer is not said to be tried again, a read is", async () => {
  away();
  await expect(decided()).rejects.toBe(LOST);
  await expect(ask(client.GET("/api/keys"))).rejects.toBe(OFFLINE);
  expect(LOST.message).toContain("press again");
  expect([LOST, `${LOST.message} `, OFFLINE, "", null].map(isLost)).toEqual([true, true, false, false, false]);
});

test("what is read with a body is read again by itself", async () => {
  away();
  const read = client.POST("/api/orchestrator/approval/{task_id}/preview", {
    params: { path: { task_id: "1" } },
    body: { edits: {} } as never,
  });
  await expect(ask(read)).rejects.toBe(OFFLINE);
});

test("an answer to an act that breaks off is a lost one, and a whole one is read", async () => {
  const broken = new ReadableStream({ start: (stream) => stream.error(new TypeError("network error")) });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(broken, { status: 200 })));
  await expect(decided()).rejects.toBe(LOST);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ ok: true })));
  expect(await decided()).toEqual({ ok: true });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  expect(await decided()).toBeUndefined();
});
