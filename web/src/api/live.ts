/**
 * What changed, told by the server. One event stream per browser: the tab that holds the lock listens and passes the
 * news on to the others. News only invalidate queries; the queries fetch. Without locks each tab listens by itself.
 */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { namesRows, renew } from "./lists";

type News = { kind: "changed"; topic: string; id: string } | { kind: "resync" } | { kind: "up" } | { kind: "down" };

/** topic of the server -> first parts of the query keys that show it. */
const SHOWN_BY: Record<string, string[]> = {
  tasks: ["tasks", "task", "summary", "approvals", "approval"],
  plans: ["task"],
  steps: ["task", "tasks"],
  deliverables: ["task"],
  variants: ["approval", "task"],
  assessments: ["approval", "task"],
  approvals: ["approvals", "approval", "tasks", "task", "series"],
  series: ["series", "publications"],
  publications: ["publications", "approvals", "task", "measurements"],
  measurements: ["measurements"],
  channels: ["channels", "approval", "system"],
  effects: ["publications"],
  commands: ["commands"],
  agents: ["commands"],
  chat: ["chat"],
  examples: ["examples", "summary", "training"],
  training_filters: ["training-filters"],
  datasets: ["datasets"],
  jobs: ["jobs", "datasets"],
  models: ["models", "datasets"],
  benchmarks: ["models"],
  patterns: ["learning"],
  learning_runs: ["learning-runs", "learning"],
  alerts: ["system"],
  settings: ["settings", "system", "chat-models", "tuning-targets"],
  posts: ["business", "matches"],
  financial_metrics: ["business"],
  web_analytics: ["business"],
  imports: ["imports", "import-sources"],
  import_sources: ["import-sources"],
  personas: ["personas"],
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

/** Call `then` whenever the line is back: news arrive again after a break, or the browser says that it is online; the
 * answer ends it. A stream may outlast a break that a press did not. */
export function onBack(then: () => void): () => void {
  const look = () => up && then();
  watchers.add(look);
  window.addEventListener("online", then);
  return () => {
    watchers.delete(look);
    window.removeEventListener("online", then);
  };
}

const GATHER_MS = 120; // a burst of events is one fetch
const PATIENCE_MS = 10_000; // an answer that takes longer holds up no other news

/**
 * News, gathered and told to the queries that show them. What is being fetched anew is let finish first: on a slow line,
 * or beside a busy worker, it would else be begun again for ever and never shown.
 */
function teller(renewing: (key: string, ids: ReadonlySet<string>) => Promise<void>) {
  const waiting = new Map<string, Set<string> | null>(); // ids; null: everything may have changed
  const busy = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const [key, ids] of waiting) {
      if (busy.has(key)) continue;
      waiting.delete(key);
      busy.add(key);
      const begun = Date.now();
      const over = new Promise((late) => setTimeout(late, PATIENCE_MS));
      void Promise.race([renewing(key, ids ?? new Set()), over])
        .catch(() => undefined)
        .then(() => new Promise((rested) => setTimeout(rested, Math.min(Date.now() - begun, PATIENCE_MS)))) // what costs much is asked for less often
        .then(() => {
          busy.delete(key);
          if (waiting.size > 0) soon();
        });
    }
  };
  const soon = () => {
    timer ??= setTimeout(flush, GATHER_MS);
  };
  return {
    add(key: string, id: string) {
      const ids = waiting.get(key);
      if (id === "") waiting.set(key, null);
      else if (ids !== null) waiting.set(key, (ids ?? new Set()).add(id));
      soon();
    },
    stop() {
      clearTimeout(timer);
      waiting.clear();
    },
  };
}

/** Start to listen; the answer stops it. */
export function listen(queries: QueryClient): () => void {
  const stop = new AbortController();
  const passed = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  const news = teller((key, ids) => renew(queries, key, ids));

  const take = (told: News) => {
    if (told.kind === "up" || told.kind === "down") return say(told.kind === "up");
    if (told.kind === "resync") return void queries.invalidateQueries();
    for (const key of SHOWN_BY[told.topic] ?? [told.topic]) news.add(key, namesRows(key, told.topic) ? told.id : "");
  };
  const pass = (told: News) => {
    if (!stop.signal.aborted) passed?.postMessage(told); // a closed channel takes nothing
  };
  const tell = (told: News) => {
    take(told);
    pass(told);
  };
  const anew = () => take({ kind: "resync" }); // what was asked for while the browser was offline
  window.addEventListener("online", anew);
  let leads = false;
  if (passed) {
    passed.onmessage = (message: MessageEvent<News | { kind: "who" }>) => {
      if (message.data.kind !== "who") take(message.data);
      else if (leads) pass({ kind: up ? "up" : "down" });
    };
    passed.postMessage({ kind: "who" });
  }

  const lead = () => {
    leads = true;
    return stream(tell, () => void queries.invalidateQueries({ queryKey: ["me"] }), stop.signal);
  };
  if (navigator.locks) navigator.locks.request(LOCK, { signal: stop.signal }, lead).catch(() => undefined);
  else void lead();
  return () => {
    stop.abort();
    window.removeEventListener("online", anew);
    news.stop();
    passed?.close();
  };
}

/** Holds one stream open until `signal`; after a break everything may have changed. */
function stream(tell: (news: News) => void, refused: () => void, signal: AbortSignal): Promise<void> {
  return new Promise((ended) => {
    if (signal.aborted) return ended(); // the lock came after the page had gone
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
