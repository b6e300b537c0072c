/** What the server said no with, kept for a person to read: what was told of a lost answer goes once the line is back. */
import { notifications } from "@mantine/notifications";
import { type Dispatch, type SetStateAction, useEffect, useState } from "react";
import { isLost, Problem } from "./client";
import { onBack } from "./live";

/** As `useState`. Once the line is back the page shows how things stand, and a lost answer is lost no more. */
export function useProblem<Told>(first: Told): [Told, Dispatch<SetStateAction<Told>>];
export function useProblem<Told>(): [Told | undefined, Dispatch<SetStateAction<Told | undefined>>];
export function useProblem<Told>(first?: Told) {
  const [problem, setProblem] = useState(first);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `first` is what it began with
  useEffect(() => onBack(() => setProblem((now) => (isLost(now) ? first : now))), []);
  return [problem, setProblem];
}

/** Tells beside the page what went wrong with an act, and what to do; for what has no place of its own. */
export function complain(title: string, error: unknown): void {
  const message = error instanceof Problem ? `${error.message} ${error.hint ?? ""}` : String(error);
  const told = notifications.show({ title, message, autoClose: false });
  if (!isLost(error)) return;
  const end = onBack(() => {
    end();
    notifications.hide(told);
  });
}
