/** What was typed and not yet sent: kept for this tab over a reload, a walk to another page and an ended sign-in. */
import { useContext, useEffect, useState } from "react";
import { MeContext } from "../api/me";

/** A name that nothing else has, also where the page is not served over https. */
export const newName = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const KEPT = "cofounder:draft:";

function read<T>(key: string): T | undefined {
  try {
    const kept = sessionStorage.getItem(key);
    return kept === null ? undefined : (JSON.parse(kept) as T);
  } catch {
    return undefined; // no storage, or somebody else's text in it
  }
}

function keep(key: string, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // a tab without storage, or a full one, forgets
  }
}

/** State that is kept under `name` for this person while it differs from `empty`; `given` goes before what was kept. */
export function useDraft<T>(name: string, empty: T, given?: T): [T, (next: T | ((before: T) => T)) => void] {
  const me = useContext(MeContext);
  const key = `${KEPT}${me?.name ?? ""}:${name}`;
  const [value, set] = useState<T>(() => given ?? read<T>(key) ?? empty);
  const text = JSON.stringify(value);
  const none = JSON.stringify(empty);
  useEffect(() => keep(key, text === none ? undefined : text), [key, text, none]);
  return [value, set];
}

/** Nothing typed stays behind when somebody signs out. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEPT)) sessionStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}
