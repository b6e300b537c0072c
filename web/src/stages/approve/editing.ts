/** A person's changes to the waiting texts: kept while they type, tried by the server, sent with the decision. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { useDraft } from "../../parts/draft";
import type { Waiting } from "./Approval";

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

/** A person's edits and the text that they were made to: together they outlive a reload and a change by somebody else. */
export type InHand = { read: Waiting | null; edits: Edits };
const EMPTY: InHand = { read: null, edits: NOTHING };

/** What a person has in hand of an approval: the text as they opened it, and their edits of it. */
export function useInHand(found: Waiting) {
  const [hand, set] = useDraft<InHand>(`edits:${found.task_id}`, EMPTY);
  const [opened, open] = useState(found);
  const read = hand.read ?? opened;
  const keep = (edits: Edits, of: Waiting) =>
    set(Object.keys(real(edits, of.channel_variants)).length ? { read: of, edits } : EMPTY);
  return {
    read,
    edits: hand.edits,
    /** Goes on from another text; the edits stay as they are. */
    take: (next: Waiting) => {
      open(next);
      keep(hand.edits, next);
    },
    /** `of`: the text that is edited. */
    edit: (edits: Edits, of: Waiting) => {
      open(of);
      keep(edits, of);
    },
    forget: () => set(EMPTY),
  };
}
export type Hand = ReturnType<typeof useInHand>;

/** Edits in hand and what the server says of them, some 400 ms after the last key. `found` is the text as it is read. */
export function useEditing(found: Waiting, hand: Hand) {
  const { task_id: task, fingerprint, channel_variants: variants } = found;
  const { edits } = hand;
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
    hand.edit({ ...edits, [channel]: { ...edits[channel], [field]: value } }, found);
  const reset = (channel: string) =>
    hand.edit(Object.fromEntries(Object.entries(edits).filter(([name]) => name !== channel)), found);
  const stale = settled !== JSON.stringify(changed) || tried.isFetching;
  const shown = Object.keys(changed).length ? (tried.data?.channels ?? {}) : {};
  return { edits, changed, set, reset, shown, error: Object.keys(changed).length ? tried.error : null, stale };
}
