/** Who is signed in. The session is a cookie that scripts cannot read; this asks the server. */
import { useQuery } from "@tanstack/react-query";
import { asProblem, Problem } from "./client";

export type Role = "viewer" | "operator" | "approver" | "admin";
export type Me = { name: string; role: Role; kind: string };

const ORDER: Role[] = ["viewer", "operator", "approver", "admin"];

/** Whether `me` may do what needs `role`. */
export function may(me: Me | null | undefined, role: Role): boolean {
  return !!me && ORDER.indexOf(me.role) >= ORDER.indexOf(role);
}

/** One call outside of the typed client: sign-in happens before there is a session. Throws Problem. */
export async function post<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const read = text ? JSON.parse(text) : null;
  if (!answer.ok) throw asProblem(read, answer.status);
  return read as T;
}

/** null when nobody is signed in. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    staleTime: 60_000,
    queryFn: async (): Promise<Me | null> => {
      const answer = await fetch("/api/auth/me", { credentials: "same-origin" });
      if (answer.status === 401) return null;
      if (!answer.ok) throw asProblem(await answer.json().catch(() => null), answer.status);
      return (await answer.json()) as Me;
    },
    retry: (count, error) => count < 3 && !(error instanceof Problem && error.status < 500),
  });
}

const DOOR = "cofounder-door";

/** Tell the other tabs of this browser that somebody came or left. */
export function tellDoor(): void {
  if (typeof BroadcastChannel === "undefined") return;
  const door = new BroadcastChannel(DOOR);
  door.postMessage("");
  door.close();
}

/** Hear of who came or left in another tab; the answer ends it. */
export function atDoor(heard: () => void): () => void {
  if (typeof BroadcastChannel === "undefined") return () => undefined;
  const door = new BroadcastChannel(DOOR);
  door.onmessage = heard;
  return () => door.close();
}
