/** What the rail counts: what needs a person (warm), what runs (quiet). */
import { useQuery } from "@tanstack/react-query";
import { needsYou, running, unknownOutcomes } from "../api/queries";

export type Badge = { count: number; you: boolean };

/** address of a place -> its badge. */
export function useBadges(): Record<string, Badge> {
  const waiting = useQuery(needsYou());
  const going = useQuery(running());
  const unknown = useQuery(unknownOutcomes());
  const badges: Record<string, Badge> = {};
  if (going.data?.total) badges["/orchestrator"] = { count: going.data.total, you: false };
  if (waiting.data?.total) badges["/orchestrator/approvals"] = { count: waiting.data.total, you: true };
  if (unknown.data?.total) badges["/content"] = { count: unknown.data.total, you: true };
  return badges;
}
