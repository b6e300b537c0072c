/** How voices and looks at them are told in words. Pure. */
import type { Voice, VoiceLook } from "../../api/queries";
import { byWhom, capital, counted, percent } from "../../parts/words";

/** A probability: one digit after the point tells the floor from what is near it. */
export const chance = (share: number | null | undefined) => percent(share, 1);

/** A change of a probability in points of a hundred, with its sign. */
export function points(change: number): string {
  const told = (Math.abs(change) * 100).toFixed(1);
  return `${change < 0 ? "−" : "+"}${told}`;
}

export const LEAST_POSTS = 5; // below which F/1K has no interval
export const LEAST_SCORED = 20; // below which a look changes nothing

/** "Good", "Fair, few posts", "No post yet". */
export function bandOf(one: Voice): string {
  if (one.posts === 0) return one.waiting > 0 ? "Waiting" : "No post yet";
  if (one.per_1k === null) return "Nobody saw it";
  return one.posts < LEAST_POSTS ? `${capital(one.band)}, few posts` : capital(one.band);
}

/** How a voice comes to its probability, where that is not by learning. */
export function setBy(one: Voice): string | null {
  if (one.status === "disabled") return "disabled";
  if (one.status === "testing") return "testing";
  return one.override === null ? null : "set by a person";
}

/** The largest changes first. */
export const bySize = (changes: VoiceLook["changes"]) =>
  [...changes].sort(
    (one, other) => Math.abs(other.newWeight - other.oldWeight) - Math.abs(one.newWeight - one.oldWeight),
  );

/** What a look did, in two or three words. */
export function did(look: VoiceLook): string {
  if (look.status === "skipped") return `Skipped: ${look.reason ?? "no reason was kept"}`;
  if (look.status === "failed") return `Failed: ${look.reason ?? "no reason was kept"}`;
  const weights = counted(look.changes.length, "weight");
  if (look.changes.length === 0) return look.standing === "proposed" ? "Proposes no change" : "Changed nothing";
  switch (look.standing) {
    case "proposed":
      return `Proposed ${weights}`;
    case "declined":
      return `Proposed ${weights}, declined`;
    case "told":
    case "dry run":
      return `Would change ${weights}`;
    case "rolled back":
      return `Changed ${weights}, rolled back`;
    default:
      return `Changed ${weights}`;
  }
}

/** What a look read: "38 posts of the last 7 days, 83 of all; 4 wait". */
export function readBy(look: VoiceLook): string {
  const wait = look.posts_waiting ? `; ${counted(look.posts_waiting, "post")} wait` : "";
  return `${counted(look.posts_analyzed, "post")} scored in 7 days, ${look.posts_known} in a year${wait}`;
}

/** "Begun by Mara; declined by Ada". */
export function whoseLook(look: VoiceLook): string {
  const decided: Partial<Record<VoiceLook["standing"], string>> = {
    declined: "declined",
    "rolled back": "rolled back",
    "in use": "approved",
    "was in use": "approved",
  };
  const verb = look.decided_by ? decided[look.standing] : undefined;
  return `Begun by ${byWhom(look.started_by)}${verb ? `, ${verb} by ${byWhom(look.decided_by ?? "")}` : ""}`;
}

/** What a skipped look lacks, and what a person can do. */
export const lacking = (look: VoiceLook) =>
  `${counted(look.posts_analyzed, "post")} scored in 7 days; ${LEAST_SCORED} are needed. ` +
  "A post is scored by a reading of 72 hours or later and a count of followers after it.";
