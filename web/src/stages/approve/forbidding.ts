/** Findings that forbid publishing: the server refuses such a text, so nothing offers to approve it. */
import { channelName } from "../../parts/words";

type Issue = { severity?: unknown };

export const forbids = (issues: Issue[] | null | undefined) => !!issues?.some((issue) => issue.severity === "blocking");

/** What to do about it, in a sentence. */
export function forbiddenWords(channels: string[]): string {
  const names = channels.map(channelName);
  const last = names.pop();
  const all = names.length ? `${names.join(", ")} and ${last}` : last;
  return `A finding forbids publishing this for ${all}: change what it names, or leave ${names.length ? "these channels" : "the channel"} out.`;
}
