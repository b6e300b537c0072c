/** What changes examples: each act says how many it changed and can be taken back from where it says so. */
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { askIn, client, Problem, type Schemas } from "../../api/client";

export type Which = { execution_ids: string[] } | { filter: Schemas["Filter"]; expected: number };
type Changed = Schemas["ChangedOut"];

/** The last change of this page: its token, how many it changed, and in which words. */
export type Done = { token: string | null; count: number; words: string };

export function useChanges(tell: (done: Done) => void) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async (name: string, words: string, call: () => Promise<Changed>): Promise<boolean> => {
    setBusy(name);
    setProblem(null);
    try {
      const done = await call();
      tell({ token: done.undo_token, count: done.count, words });
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    } finally {
      setBusy(null);
      void queries.invalidateQueries({ queryKey: ["training"] });
    }
  };
  const at = "/api/orchestrator/training/data";
  return {
    busy,
    problem,
    clear: () => setProblem(null),
    tag: (which: Which, tags: string[]) =>
      act("tag", `tagged ${tags.join(", ")}`, () => askIn(client.PATCH(`${at}/tag`, { body: { ...which, tags } }))),
    untag: (which: Which, tags: string[]) =>
      act("untag", `no longer tagged ${tags.join(", ")}`, () =>
        askIn(client.POST(`${at}/untag`, { body: { ...which, tags } })),
      ),
    archive: (which: Which) => act("archive", "archived", () => askIn(client.POST(`${at}/archive`, { body: which }))),
    restore: (which: Which) => act("restore", "restored", () => askIn(client.POST(`${at}/restore`, { body: which }))),
    tagBetween: (from: string | undefined, to: string, tags: string[]) =>
      act("by-date", `tagged ${tags.join(", ")}`, () =>
        askIn(client.POST(`${at}/tag-by-date`, { body: { date_after: from, date_before: to, tags } })),
      ),
    tagBelow: (bound: number, tags: string[]) =>
      act("by-quality", `tagged ${tags.join(", ")}`, () =>
        askIn(client.POST(`${at}/tag-by-quality`, { body: { quality_max: bound, tags } })),
      ),
    undo: (token: string) =>
      act("undo", "as they were", () => askIn(client.POST(`${at}/undo`, { body: { undo_token: token } }))),
  };
}

export const say = (message: string) => notifications.show({ message });
