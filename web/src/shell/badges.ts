/** What the rail counts: what needs this person (warm); what runs, and what others have to do (quiet). */
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../api/me";
import { commandNumbers, needsYou, personaWaiting, running, type TaskRow, unknownOutcomes } from "../api/queries";

export type Badge = { count: number; you: boolean };

/** Whether the person signed in may do what a task waits for: a text wants an approver, a question an operator. */
export function useMine(): (task: Pick<TaskRow, "status">) => boolean {
  const operator = useMay("operator");
  const approver = useMay("approver");
  return (task) => (task.status === "needs_clarification" ? operator : approver);
}

/** address of a place -> its badge. */
export function useBadges(): Record<string, Badge> {
  const waiting = useQuery(needsYou());
  const going = useQuery(running());
  const unknown = useQuery(unknownOutcomes());
  const voices = useQuery(personaWaiting());
  const commands = useQuery(commandNumbers());
  const mine = useMine();
  const operator = useMay("operator");
  const approver = useMay("approver");
  const badges: Record<string, Badge> = {};
  if (going.data?.total) badges["/orchestrator"] = { count: going.data.total, you: false };
  if (waiting.data?.total)
    badges["/orchestrator/approvals"] = { count: waiting.data.total, you: waiting.data.items.some(mine) };
  const failed = commands.data?.dead_letters;
  if (failed) badges["/queue"] = { count: failed, you: operator };
  if (unknown.data?.total) badges["/content"] = { count: unknown.data.total, you: approver };
  const decisions = [voices.data?.proposal, voices.data?.experiment].filter(Boolean).length;
  if (decisions) badges["/personas"] = { count: decisions, you: approver };
  return badges;
}
