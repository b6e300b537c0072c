/** When a task's texts go out: as it was asked for while nobody has decided, then as its publications have it. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { publicationsOf } from "../../api/queries";
import { channelName, whenZoned } from "../../parts/words";

type Asked = Pick<Schemas["TaskDetail"], "task_id" | "status" | "publish_at">;
type Sent = Pick<Schemas["PublicationOut"], "channel" | "state" | "scheduled_at" | "unknown">;

const DECIDED = ["approved", "publishing"];
const UNDECIDED = ["queued", "running", "paused", "needs_clarification", "pending_approval"];

/** Those of which nobody knows whether they are out, or whether they reached all. */
export const unsure = <One extends Pick<Sent, "state" | "unknown">>(sent: One[] | undefined): One[] =>
  (sent ?? []).filter((one) => one.state === "unknown" || (one.unknown ?? 0) > 0);

/** Where an approved task stands: what nobody is sure of, what waits for which time, or is on its way. */
export function standing(status: string, sent: Sent[] | undefined): string {
  const open = [...new Set(unsure(sent).map((one) => channelName(one.channel)))];
  if (open.length) return `Nobody knows whether the ${open.join(" and the ")} post is out. It waits for an answer.`;
  if (status === "publishing") return "Approved; it is being sent.";
  const waits = (sent ?? []).filter((one) => one.state === "scheduled" && one.scheduled_at);
  const times = [...new Set(waits.map((one) => one.scheduled_at as string))].sort();
  if (times.length === 0) return "Approved; it waits for its time.";
  if (times.length === 1) return `Approved; it goes out ${whenZoned(times[0])}.`;
  return `Approved; ${waits.map((one) => `${channelName(one.channel)} goes out ${whenZoned(one.scheduled_at)}`).join(", ")}.`;
}

/** The time that was asked for, while it is to come and nobody has decided. */
export const meant = (task: Asked, now = Date.now()) =>
  task.publish_at && UNDECIDED.includes(task.status) && Date.parse(task.publish_at) > now ? task.publish_at : null;

/** Its publications that nobody is sure of. */
export function useUnsure(task: Asked) {
  const decided = DECIDED.includes(task.status);
  return unsure(useQuery({ ...publicationsOf(task.task_id), enabled: decided }).data?.items);
}

/** Both in words; "" where nothing is known of it. */
export function useGoesOut(task: Asked): string {
  const decided = DECIDED.includes(task.status);
  const sent = useQuery({ ...publicationsOf(task.task_id), enabled: decided }).data?.items;
  if (decided) return standing(task.status, sent);
  const at = meant(task);
  return at ? `Approved, it goes out ${whenZoned(at)}, unless the decision says another time.` : "";
}
