/** What a person does about jobs and models: what is under way, and what the server said no with. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../../api/client";
import { useRefusal } from "../../../parts/refusal";

export function useAct(...keys: string[]) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const { problem, setProblem, wentWell } = useRefusal("training");
  /** What the call answered; undefined where the server refused. */
  const act = async <T>(name: string, call: () => Promise<T>): Promise<{ answer: T } | undefined> => {
    setBusy(name);
    setProblem(null);
    try {
      const answer = await call();
      wentWell();
      return { answer };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return undefined;
    } finally {
      setBusy(null);
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    }
  };
  return { busy, problem, clear: () => setProblem(null), act };
}
