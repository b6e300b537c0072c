/** Giving what waits another time: at once for the eye, refused where it cannot be, and taken back within six seconds. */
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { createElement, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useProblem } from "../../api/problem";
import { when } from "../../parts/words";
import type { Item } from "./plan";

/** Ask the server for another time; null: at once. Refused where it does not stand at the `expected` one any more. */
export const reschedule = (id: string, at: string | null, expected: string | null) =>
  ask(
    client.POST("/api/publications/{publication_id}/reschedule", {
      params: { path: { publication_id: id } },
      body: { schedule_at: at, expected_schedule_at: expected },
    }),
  );

export function useMoving() {
  const queries = useQueryClient();
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const to = async (id: string, at: string, expected: string): Promise<boolean> => {
    setProblem(null);
    setBusy(id);
    try {
      await reschedule(id, at, expected);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    } finally {
      await queries.invalidateQueries({ queryKey: ["publications"] });
      setBusy(null);
    }
  };
  const move = async (one: Item, time: Date) => {
    const [id, before, at] = [one.key, one.time, time.toISOString()];
    if (at === new Date(before).toISOString() || !(await to(id, at, before))) return;
    const shown = notifications.show({
      role: "status",
      autoClose: 6_000,
      message: createElement(
        "span",
        null,
        `${one.channel} goes out ${when(at)}. `,
        createElement(
          "button",
          {
            type: "button",
            style: {
              background: "none",
              border: 0,
              padding: 0,
              font: "inherit",
              textDecoration: "underline",
              color: "inherit",
            },
            onClick: () => {
              notifications.hide(shown);
              void to(id, before, at);
            },
          },
          "Undo",
        ),
      ),
    });
  };
  return { move, problem, busy };
}
