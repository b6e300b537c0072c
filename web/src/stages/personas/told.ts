/** How voices and looks at them are told in words. Pure. */
import type { Experiment, Voice, VoiceLook } from "../../api/queries";
import { byWhom, capital, counted, percent, when, whole } from "../../parts/words";

/** A probability: one digit after the point tells the floor from what is near it. */
export const chance = (share: number | null | undefined) => percent(share, 1);

/** A change of a probability in points of a hundred, with its sign. */
export function points(change: number): string {
  const told = (Math.abs(change) * 100).toFixed(1);
  if (told === "0.0") return told; // no sign without a change
  return `${change < 0 ? "−" : "+"}${told}`;
}

export const LEAST_POSTS = 5; // below which F/1K has no interval
export const LEAST_SCORED = 20; // below which a look changes nothing

/** "Good", "Fair, few posts", "No post yet". */
export function bandOf(one: Voice): string {
  if (one.posts === 0) return one.waiting > 0 ? "Waiting" : one.early > 0 ? "Unscored" : "No post yet";
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

type Would = { persona: string; now: number; would: number };

/** The voices that another policy would treat most unlike, as it would draw them. */
export const unlike = (voices: Would[], most: number) =>
  [...voices]
    .sort((one, other) => Math.abs(other.would - other.now) - Math.abs(one.would - one.now))
    .slice(0, most)
    .sort((one, other) => other.would - one.would);

/** What a look did, in two or three words. */
export function did(look: VoiceLook): string {
  if (look.status === "skipped") return `Skipped: ${look.reason ?? "no reason was kept"}`;
  if (look.status === "failed") return `Failed: ${look.reason ?? "no reason was kept"}`;
  const weights = counted(look.changes.length, "weight");
  const undone = `, rolled back by ${byWhom(look.decided_by ?? "")}`;
  if (look.changes.length === 0) {
    if (look.standing === "proposed") return "Proposes no change";
    return look.standing === "rolled back" ? `Changed nothing${undone}` : "Changed nothing";
  }
  switch (look.standing) {
    case "proposed":
      return `Proposed ${weights}`;
    case "declined":
      return `Proposed ${weights}, declined`;
    case "told":
    case "dry run":
      return `Would change ${weights}`;
    case "rolled back":
      return `Changed ${weights}${undone}`;
    default:
      return `Changed ${weights}`;
  }
}

/** What a look read: "38 posts of the last 7 days, 83 of all; 4 wait". */
export function readBy(look: VoiceLook): string {
  const wait = look.posts_waiting ? `; ${counted(look.posts_waiting, "post")} wait` : "";
  const early = look.posts_early ? `; ${unscored(look.posts_early)}` : "";
  return `${counted(look.posts_analyzed, "post")} scored in 7 days, ${look.posts_known} in a year${wait}${early}`;
}

/** Posts that wait for nothing: "3 lie before the first count and stay unscored". */
export const unscored = (posts: number) =>
  posts === 1
    ? "1 lies before the first count and stays unscored"
    : `${whole(posts)} lie before the first count and stay unscored`;

/** Why posts of some channels are never scored. */
export const uncounted = (channels: string[]) =>
  `Posts on ${channels.join(", ")} cannot be scored: nobody counted who follows there.`;

/** Why a voice with hardly a post of its own is drawn more often. */
export function newcomer(look: VoiceLook, persona: string): string | null {
  const found = look.special.find((one) => one.generator === persona && one.kind === "new");
  return found ? `${counted(Number(found.posts), "post")}: drawn to be learnt about` : null;
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
  "A post is scored by a reading of 72 hours or later and counts of followers before it and after that.";

/** A part of what was, with its sign: "+12%". */
export const share = (part: number | null | undefined) =>
  part != null && part >= 0 ? `+${percent(part)}` : percent(part);

type Tried = { days: number; gain: number; standard_error: number };

/** How fast a look forgot, and what that was chosen by: "21 days, by 480 posts (beside 21, 7: −0.020, 60: +0.004 a post)". */
export function forgets(look: VoiceLook): string | null {
  const found = look.found as { half_life_days?: number; half_lives?: Tried[]; half_lives_foretold?: number };
  if (found.half_life_days === undefined) return null;
  const by = found.half_lives_foretold ? `, by ${counted(found.half_lives_foretold, "post")}` : "";
  const other = (found.half_lives ?? []).filter((one) => one.days !== 21);
  const told = other.map((one) => `${one.days}: ${one.gain < 0 ? "−" : "+"}${Math.abs(one.gain).toFixed(3)}`);
  return `${found.half_life_days} days${by}${told.length > 0 ? ` (beside 21, ${told.join(", ")} a post)` : ""}`;
}

/** What an estimate on past draws says, in two or three words. */
export function gainOf(proof: { gain: number | null; low: number | null; high: number | null }): string {
  if (proof.gain === null || proof.low === null || proof.high === null) return "not enough for an estimate";
  if (proof.low > 0) return "likely a gain";
  return proof.high < 0 ? "likely a loss" : "not told apart from the weights in use";
}

/** How an arm of an experiment draws. */
export function drawsOf(arm: { draws: string; personas: string[] }, names: Record<string, string>): string {
  const ways: Record<string, string> = {
    learnt: "as without an experiment",
    flattened: "flattened by three tenths",
    lifted: "seldom voices lifted",
  };
  const only = arm.personas.length > 0 ? `, only ${arm.personas.map((id) => names[id] ?? id).join(", ")}` : "";
  return `${ways[arm.draws] ?? `by the policy ${arm.draws}`}${only}`;
}

/** "Control", "Variant A". */
export const armName = (arm: string) =>
  arm === "control" ? "Control" : `Variant ${arm.replace("variant_", "").toUpperCase()}`;

/** "From Jan 1 to Jan 15"; of one that was ended before its start, that it never began. */
export function spanOf(one: Pick<Experiment, "start_at" | "end_at" | "ended_at">): string {
  const early = one.ended_at && new Date(one.ended_at) < new Date(one.start_at);
  return early ? `Never began: ended ${when(one.ended_at)}` : `From ${when(one.start_at)} to ${when(one.end_at)}`;
}

/** What has become of an experiment, in a few words. */
export function standingOf(one: Pick<Experiment, "state" | "in_force" | "adopted" | "withdrawn_at">): string {
  if (one.state === "planned") return "not begun yet";
  if (one.state === "running") return "running";
  if (one.state === "over") return "its time is up: it waits for a decision";
  if (one.in_force) return "ended, its arm is in force";
  return one.withdrawn_at ? "ended, withdrawn" : "ended";
}
