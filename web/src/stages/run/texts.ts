/** What a task made, as texts with names: its deliverables, and of a post the text of each channel as it stands. */
import { useQuery } from "@tanstack/react-query";
import { approval } from "../../api/queries";
import { channelName, spoken } from "../../parts/words";
import type { Detail } from "./Task";

export type Made = { id: string; name: string; text: string; notes: string[]; markdown: boolean };

const WRITTEN = ["pending_approval", "approved", "publishing", "completed", "rejected"];

export function useTexts(task: Detail | undefined): Made[] {
  const written = task !== undefined && task.channels.length > 0 && WRITTEN.includes(task.status);
  const found = useQuery({ ...approval(task?.task_id ?? ""), enabled: written, retry: false, refetchInterval: false });
  if (!task) return [];
  const made = task.deliverables.map((each, place) => ({
    id: `${place}`,
    name: each.title || spoken(each.kind),
    text: each.content,
    notes: each.notes,
    markdown: false,
  }));
  const variants = written ? Object.entries(found.data?.channel_variants ?? {}) : [];
  return [
    ...made,
    ...variants.map(([id, each]) => ({
      id,
      name: channelName(id),
      text: each.content,
      notes: [],
      markdown: id === "blog",
    })),
  ];
}
