/**
 * What changed, told by the server. One event stream per browser: the tab that holds the lock listens and passes the
 * news on to the others. News only invalidate queries; the queries fetch. Without locks each tab listens by itself.
 */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

type News = { kind: "changed"; topic: string; id: string } | { kind: "resync" } | { kind: "up" } | { kind: "down" };

/** topic of the server -> first parts of the query keys that show it. */
const SHOWN_BY: Record<string, string[]> = {
  tasks: ["tasks", "task", "summary", "approvals", "approval"],
  plans: ["task"],
  steps: ["task", "tasks"],
  deliverables: ["task"],
  variants: ["approval", "task"],
  assessments: ["approval", "task"],
  approvals: ["approvals", "approval", "tasks", "task"],
  publications: ["publications", "approvals", "task"],
  effects: ["publications"],
  commands: ["commands"],
  agents: ["commands"],
  chat: ["chat"],
  examples: ["examples", "summary"],
  alerts: ["system"],
  posts: ["business", "matches"],
  financial_metrics: ["business"],
  web_analytics: ["business"],
  imports: ["imports", "import-sources"],
};

const CHANNEL = "cofounder-live";
const LOCK = "cofounder-live";

let up = false;
let since = Date.now();
const watchers = new Set<() => void>();

function say(now: boolean): void {
  if (now === up) return;
  up = now;
  since = Date.now();
  for (const watcher of watchers) watcher();
}

/** Whether news arrive, and since when (ms) that holds. */
export function useLive(): { up: boolean; since: number } {
  const now = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => up,
  );
  return { up: now, since };
}

/** Start to listen; the answer stops it. */
export function listen(queries: QueryClient): () => void {
  const stop = new AbortController();
  const passed = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    timer = undefined;
    for (const key of waiting) queries.invalidateQueries({ queryKey: [key] });
    waiting.clear();
  };
  const take = (news: News) => {
    if (news.kind === "up" || news.kind === "down") return say(news.kind === "up");
    if (news.kind === "resync") return void queries.invalidateQueries();
    for (const key of SHOWN_BY[news.topic] ?? [news.topic]) waiting.add(key);
    timer ??= setTimeout(flush, 120); // a burst of events is one fetch
  };
  const tell = (news: News) => {
    take(news);
    passed?.postMessage(news);
  };
  if (passed) {
    passed.onmessage = (message: MessageEvent<News | { kind: "who" }>) => {
      if (message.data.kind !== "who") take(message.data);
      else if (leads) passed.postMessage({ kind: up ? "up" : "down" });
    };
    passed.postMessage({ kind: "who" });
  }

  let leads = false;
  const lead = () => {
    leads = true;
    return stream(tell, () => void queries.invalidateQueries({ queryKey: ["me"] }), stop.signal);
  };
  if (navigator.locks) navigator.locks.request(LOCK, { signal: stop.signal }, lead).catch(() => undefined);
  else void lead();
  return () => {
    stop.abort();
    clearTimeout(timer);
    passed?.close();
  };
}

/** Holds one stream open until `signal`; after a break everything may have changed. */
function stream(tell: (news: News) => void, refused: () => void, signal: AbortSignal): Promise<void> {
  return new Promise((ended) => {
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    let broke = false;
    const open = () => {
      source = new EventSource("/api/events");
      source.onopen = () => {
        tell({ kind: "up" });
        if (broke) tell({ kind: "resync" });
        broke = false;
      };
      source.addEventListener("changed", (event) =>
        tell({
          kind: "changed",
          ...(JSON.parse((event as MessageEvent<string>).data) as { topic: string; id: string }),
        }),
      );
      source.addEventListener("resync", () => tell({ kind: "resync" }));
      source.onerror = () => {
        tell({ kind: "down" });
        broke = true;
        if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
        refused(); // somebody may have been shut out
        again = setTimeout(open, 2000 + Math.random() * 2000);
      };
    };
    signal.addEventListener("abort", () => {
      clearTimeout(again);
      source.close();
      ended();
    });
    open();
  });
}
