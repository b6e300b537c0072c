/** What the server said no with, where it was asked; gone from the whole page once anything asked there went well. */
import { useEffect, useState } from "react";
import type { Problem } from "../api/client";

const shown = new Map<string, Set<() => void>>();

export function useRefusal(page: string) {
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const clear = () => setProblem(null);
    const others = shown.get(page) ?? new Set();
    shown.set(page, others.add(clear));
    return () => void others.delete(clear);
  }, [page]);
  const wentWell = () => {
    for (const clear of shown.get(page) ?? []) clear();
  };
  return { problem, setProblem, wentWell };
}
