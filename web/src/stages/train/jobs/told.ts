/** What the page says about targets and jobs, and the body that a form stands for. Pure. */
import type { Schemas } from "../../../api/client";
import type { Look } from "../../../parts/Status";
import { money, NONE } from "../../../parts/words";

export type Target = Schemas["TargetOut"];
export type Base = Schemas["BaseModelOut"];
export type JobIn = Schemas["JobIn"];
type Job = Schemas["JobOut"];
export type JobState = Job["status"];

const NAMES: Record<string, string> = {
  local: "This machine",
  openai: "OpenAI",
  gemini: "Gemini (Vertex)",
  bedrock: "Amazon Bedrock",
  together: "Together",
  given: "Named by a person",
};
export const targetName = (target: string): string => NAMES[target] ?? target;

/** "on this machine", "at OpenAI". */
export const atTarget = (target: string): string =>
  target === "local" ? "on this machine" : `at ${targetName(target)}`;

type Stand = { look: Look; word: string };
const STANDS: Record<Target["standing"], Stand> = {
  open: { look: "done", word: "Open" },
  closing: { look: "you", word: "Closing" },
  closed: { look: "stopped", word: "Closed" },
  not_set_up: { look: "waiting", word: "Not set up" },
};
export const standOf = (target: Target): Stand => STANDS[target.standing];
export const usable = (target: Target): boolean => target.standing === "open" || target.standing === "closing";

const STATES: Record<JobState, string> = {
  waiting_approval: "Needs approval",
  queued: "Queued",
  running: "Running",
  cancelling: "Being cancelled",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
};
export const JOB_STATES = Object.entries(STATES).map(([value, label]) => ({ value, label }));
export const stateWord = (state: JobState): string => STATES[state];
export const goesOn = (state: JobState): boolean => state === "queued" || state === "running" || state === "cancelling";
export const mayCancel = (state: JobState): boolean => state === "waiting_approval" || goesOn(state);

/** The last part of a long name: a folder's, or a model's after its owner. */
export const shortName = (name: string): string => name.split("/").filter(Boolean).pop() ?? name;

/** A cost that nobody tells is not one of nothing. */
export const price = (usd: number | null | undefined): string => (usd == null ? "not told beforehand" : money(usd));

/** "$12.00 a month to keep": what the model costs once it is reachable; nothing where that is free or not told. */
export function keeping(of: Pick<Job, "estimate">): string {
  const month = Number(of.estimate.serving_usd_month ?? 0);
  return month > 0 ? `${money(month)} a month to keep` : "";
}

/** What a job of the list costs: what it came to, or what is expected, and until it has ended what keeping its model will. */
export function costOf(of: Pick<Job, "status" | "actual_cost" | "estimated_cost" | "estimate">): [string, string] {
  if (of.actual_cost != null) return [money(of.actual_cost), ""];
  const expected = of.estimated_cost == null ? NONE : `~${money(of.estimated_cost)}`;
  return [expected, mayCancel(of.status) ? keeping(of) : ""];
}

const DAY_MS = 86_400_000;
/** Whether a model's provider stops it within 30 days of `now` (ms). */
export const endsSoon = (base: Base | undefined, now: number): boolean =>
  base?.ends != null && Date.parse(base.ends) <= now + 30 * DAY_MS;

export type Said = {
  dataset: string;
  target: string;
  base: Record<string, string>;
  method: "sft" | "dpo";
  epochs: number | string;
  rate: number | string;
  batch: number | string;
  rank: number | string;
  length: number | string;
  stop: string;
  seed: number | string;
  name: string;
  despite: boolean;
};

export const EMPTY: Said = {
  dataset: "",
  target: "",
  base: {},
  method: "sft",
  epochs: "",
  rate: "",
  batch: "",
  rank: "",
  length: "",
  stop: "default",
  seed: 0,
  name: "",
  despite: false,
};

const number = (given: number | string): number | undefined => (typeof given === "number" ? given : undefined);

/** What is sent for a form; what was left empty is the target's to choose. Null: the dataset or the target is missing. */
export function bodyOf(said: Said, target = said.target): JobIn | null {
  if (!said.dataset || !target) return null;
  const all = {
    dataset_id: said.dataset,
    target: target as JobIn["target"],
    base_model: said.base[target]?.trim() || undefined,
    method: said.method,
    epochs: number(said.epochs),
    learning_rate: number(said.rate),
    batch_size: number(said.batch),
    lora_rank: number(said.rank),
    max_length: number(said.length),
    early_stopping: said.stop === "default" ? undefined : said.stop === "yes",
    seed: number(said.seed) ?? 0,
    model_name: said.name.trim() || undefined,
    despite_end: said.despite,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JobIn;
}

const SETTINGS: Record<string, string> = {
  epochs: "Epochs",
  learning_rate: "Learning rate",
  batch_size: "Batch size",
  lora_rank: "LoRA rank",
  max_length: "Longest line, tokens",
  early_stopping: "Early stopping",
  seed: "Seed",
};

/** The settings of a job that somebody chose, by name. */
export function chosen(settings: Record<string, unknown>): [string, string][] {
  return Object.entries(SETTINGS).flatMap(([name, label]): [string, string][] => {
    const value = settings[name];
    if (value == null) return [];
    return [[label, typeof value === "boolean" ? (value ? "on" : "off") : String(value)]];
  });
}

/** Seconds that are left, from what has passed and the share that is done; null while too little is done to say. */
export const left = (passed: number, share: number | null): number | null =>
  share == null || share < 0.05 || share >= 1 ? null : (passed * (1 - share)) / share;

/** When a rule begins a job: "after 50 new examples, or every 7 days". */
export function dueWhen(rule: { after_examples?: number | null; every_days?: number | null }): string {
  const { after_examples: after, every_days: days } = rule;
  const parts = [
    after == null ? "" : after === 1 ? "after each new example" : `after ${after} new examples`,
    days == null ? "" : days === 1 ? "every day" : `every ${days} days`,
  ];
  return parts.filter(Boolean).join(", or ");
}

type Told = { code?: string; detail: string; hint: string };
export type Removal = {
  state: "removing" | "removed" | "failed";
  what: "all" | "endpoint";
  note?: string | null;
  done_at?: string;
  problem?: Told | null;
};
export const removalOf = (of: Job): Removal | null => of.removal as Removal | null;

/** Whether a job may have left something at its target: it has ended, and it had begun. */
export const leaves = (of: Job): boolean =>
  of.started_at != null && ["succeeded", "failed", "cancelled"].includes(of.status);

const REMOVED: Record<Removal["what"], Record<Removal["state"], string>> = {
  all: { removing: "Being deleted", removed: "Deleted", failed: "Not all of it is deleted" },
  endpoint: {
    removing: "What serves it is being stopped",
    removed: "What served it is stopped",
    failed: "Not stopped",
  },
};
export const removedWord = (told: Removal): string => REMOVED[told.what][told.state];

/** What retiring a model stops because it costs while nobody asks it, and what it leaves. */
export const retiring = (target: string): string =>
  target === "together"
    ? "Its endpoint, which is paid by the minute, is stopped. The model and the files stay at Together until what is left of the job is deleted."
    : target === "local"
      ? "The server that holds it in memory is stopped. Its files stay on this machine until what is left of the job is deleted."
      : target === "given"
        ? "What serves it is not stopped: it was not started from here."
        : `Nothing of it is stopped or deleted ${atTarget(target)}: there it costs only its keeping. What is left of the job can be deleted afterwards.`;
