/** The one way to the server: typed by its OpenAPI, the session in a cookie, every refusal a `Problem`. */
import createClient from "openapi-fetch";
import { useSyncExternalStore } from "react";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What the server said no with; `message` can be shown to a person as it stands. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly hint: string | null,
    readonly errors: { field: string; message: string }[],
  ) {
    super(detail || title);
  }

  /** The message that belongs to one field of a form, if any. */
  of(field: string): string | undefined {
    return this.errors.find((each) => each.field === field || each.field.endsWith(`.${field}`))?.message;
  }
}

/** Whether the server knows nothing under the id that an address names: there is none, or it cannot be one. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Problem && (error.status === 404 || error.status === 422);

export const OFFLINE = new Problem(
  0,
  "server_out_of_reach",
  "The server does not answer",
  "The server does not answer. Nothing was lost; this page tries again by itself.",
  "Is it running? Start it with: cofounder up",
  [],
);

/** Nothing repeats an act, and what got no answer may have been done all the same. */
export const LOST = new Problem(
  0,
  "answer_lost",
  "The server does not answer",
  "The server does not answer. It is not known whether this arrived: look how it stands once the line is back, then press again.",
  null,
  [],
);

/** Whether what is told, a problem or the words of one, is that an act got no answer. */
export const isLost = (told: unknown): boolean =>
  told === LOST || (typeof told === "string" && told.startsWith(LOST.message));

/** Asked for with a body, and changing nothing: queries ask these again by themselves. */
const READS = /\/(training\/data\/filter|personas\/samples|approval\/[^/]+\/preview)$/;

/** An act is answered when its whole answer is here; else nobody knows what became of it. */
async function send(request: Request): Promise<Response> {
  if (request.method === "GET" || READS.test(new URL(request.url).pathname)) return fetch(request);
  try {
    const answer = await fetch(request);
    const body = await answer.arrayBuffer();
    return new Response(body.byteLength ? body : null, answer);
  } catch {
    throw LOST;
  }
}

export function asProblem(body: unknown, status: number): Problem {
  const given = (body ?? {}) as Record<string, unknown>;
  const told = (given.error ?? given) as Record<string, unknown>; // the envelope keeps it under `error`
  const text = (name: string) => (typeof told[name] === "string" ? (told[name] as string) : "");
  return new Problem(
    status,
    text("code") || `http_${status}`,
    text("title") || "The server refused",
    text("detail"),
    text("hint") || null,
    Array.isArray(told.errors) ? (told.errors as { field: string; message: string }[]) : [],
  );
}

export const client = createClient<paths>({ baseUrl: "/", credentials: "same-origin", fetch: send });

const acting = new Set<Request>();
const actWatchers = new Set<() => void>();
const told = (change: () => void) => {
  change();
  for (const watcher of actWatchers) watcher();
};

client.use({
  onRequest: ({ request }) => {
    if (request.method !== "GET") told(() => acting.add(request));
  },
  onResponse: ({ request }) => {
    told(() => acting.delete(request));
  },
  onError: ({ request }) => {
    told(() => acting.delete(request));
  },
});

/** How many acts of this tab the server has not answered yet. */
export function useActing(): number {
  return useSyncExternalStore(
    (watcher) => {
      actWatchers.add(watcher);
      return () => actWatchers.delete(watcher);
    },
    () => acting.size,
  );
}

/** A part of the page that is loaded when it is opened. Away from the server it may be tried again; without this, an
 * open page would be reloaded into nothing. A part that the server no longer has was replaced: then reloading helps. */
export async function whenServed<T>(part: Promise<T>): Promise<T> {
  return part.catch(async (failure: unknown) => {
    const there = await fetch("/api/health").then(
      (answer) => answer.ok,
      () => false,
    );
    throw there ? failure : OFFLINE;
  });
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer. Throws Problem for every refusal and when the server is away. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await askWith(call)).data;
}

/** The body and the headers, for what carries an ETag. Throws Problem. */
export async function askWith<T>(call: Promise<Answer<T>>): Promise<{ data: T; response: Response }> {
  const answer = await call.catch((failure: unknown): never => {
    throw failure instanceof Problem ? failure : OFFLINE;
  });
  if (!answer.response.ok) {
    if (answer.response.status === 401) signedOut();
    throw asProblem(answer.error, answer.response.status);
  }
  return { data: answer.data as T, response: answer.response };
}

/** What an envelope holds: the addresses below /training and /models answer in one. Throws Problem. */
export async function askIn<T>(call: Promise<Answer<{ data: T }>>): Promise<T> {
  return (await ask(call)).data;
}

/** Fetch a file that is asked for with a body, and have the browser save it under the name the server gave. Throws Problem.
 *
 *  Returns how many examples fit and how many of them are in the file, where the server says so. */
export async function saveFile(path: string, body: unknown): Promise<{ fit: number; used: number } | undefined> {
  const answer = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch((): never => {
    throw LOST;
  });
  if (!answer.ok) throw asProblem(await answer.json().catch(() => null), answer.status);
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "examples";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  const [fit, used] = ["x-examples", "x-examples-used"].map((name) => answer.headers.get(name));
  return fit && used ? { fit: Number(fit), used: Number(used) } : undefined;
}

const watchers = new Set<() => void>();

/** Call `then` whenever the server says that nobody is signed in. */
export function onSignedOut(then: () => void): () => void {
  watchers.add(then);
  return () => watchers.delete(then);
}

function signedOut(): void {
  for (const watcher of watchers) watcher();
}
