/** What a person does with a publication: settles it, has it sent again, stops it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { reschedule } from "./moving";

export type Verdict = Schemas["Verdict"];

/** The acts, which of them is under way, and what the server said no with. An act tells whether it was done. */
export function useActs(id: string) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const path = { publication_id: id };
  const act = async (name: string, call: () => Promise<unknown>): Promise<boolean> => {
    setBusy(name);
    setProblem(null);
    try {
      await call();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    } finally {
      setBusy(null);
      void queries.invalidateQueries({ queryKey: ["publications"] });
    }
  };
  return {
    busy,
    problem,
    cancel: () =>
      act("cancel", () => ask(client.POST("/api/publications/{publication_id}/cancel", { params: { path } }))),
    retry: () => act("retry", () => ask(client.POST("/api/publications/{publication_id}/retry", { params: { path } }))),
    move: (at: string | null, expected: string | null) => act("move", () => reschedule(id, at, expected)),
    mark: (body: Schemas["PostedIn"]) =>
      act("mark", () => ask(client.POST("/api/publications/{publication_id}/posted", { params: { path }, body }))),
    unmark: () =>
      act("unmark", () => ask(client.DELETE("/api/publications/{publication_id}/posted", { params: { path } }))),
    settle: (body: Verdict) =>
      act("settle", () => ask(client.POST("/api/publications/{publication_id}/resolve", { params: { path }, body }))),
  };
}
