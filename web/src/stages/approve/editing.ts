/** A person's changes to the waiting texts: kept while they type, tried by the server, sent with the decision. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask, client, type Schemas } from "../../api/client";
import { useDraft } from "../../parts/draft";

export type Edit = { content?: string; body?: string; subject?: string; preheader?: string; title?: string };
export type Edits = Record<string, Edit>;
type Variant = Schemas["VariantOut"];

const NOTHING: Edits = {};

/** The fields a person may change, by channel: a post is one text, a mail has its lines. */
export function fieldsOf(variant: Variant): { field: keyof Edit; label: string; value: string }[] {
  if (variant.channel === "email")
    return [
      { field: "subject", label: "Subject", value: variant.subject ?? "" },
      { field: "preheader", label: "Preview line", value: variant.preheader ?? "" },
      { field: "body", label: "Text", value: variant.body },
    ];
  if (variant.channel === "blog")
    return [
      { field: "title", label: "Title", value: variant.title ?? "" },
      { field: "body", label: "Text", value: variant.body },
    ];
  return [{ field: "content", label: "Text", value: variant.content }];
}

/** The edits without those that say what the text says anyway. */
export function real(edits: Edits, variants: Record<string, Variant>): Edits {
  const kept: Edits = {};
  for (const [channel, edit] of Object.entries(edits)) {
    const variant = variants[channel];
    if (!variant) continue;
    const changed = fieldsOf(variant).filter(({ field, value }) => edit[field] !== undefined && edit[field] !== value);
    if (changed.length) kept[channel] = Object.fromEntries(changed.map(({ field }) => [field, edit[field]]));
  }
  return kept;
}

/** Edits in hand and what the server says of them, some 400 ms after the last key. */
export function useEditing(task: string, fingerprint: string, variants: Record<string, Variant>) {
  const [edits, setEdits] = useDraft<Edits>(`edits:${task}:${fingerprint}`, NOTHING);
  const changed = real(edits, variants);
  const [settled] = useDebouncedValue(JSON.stringify(changed), 400);
  const tried = useQuery({
    queryKey: ["tried", task, fingerprint, settled],
    enabled: settled !== "{}",
    placeholderData: keepPreviousData,
    refetchInterval: false,
    retry: false,
    queryFn: () =>
      ask(
        client.POST("/api/orchestrator/approval/{task_id}/preview", {
          params: { path: { task_id: task } },
          body: { edits: JSON.parse(settled) as never },
        }),
      ),
  });
  const set = (channel: string, field: keyof Edit, value: string) =>
    setEdits((all) => ({ ...all, [channel]: { ...all[channel], [field]: value } }));
  const reset = (channel: string) =>
    setEdits((all) => Object.fromEntries(Object.entries(all).filter(([name]) => name !== channel)));
  const stale = settled !== JSON.stringify(changed) || tried.isFetching;
  const shown = Object.keys(changed).length ? (tried.data?.channels ?? {}) : {};
  const forget = () => setEdits(NOTHING);
  return { edits, changed, set, forget, reset, shown, error: Object.keys(changed).length ? tried.error : null, stale };
}
