/** What the audit log writes of an act, in words, and back. */
import { capital, visible } from "../../parts/words";

/** Those that can be asked for before one is seen; what is not here is read as it is written. */
const KNOWN = `agent.actions_declared benchmark.cancelled command.cancelled command.deleted command.retried
connection.changed connection.tried draft.chosen draft.edited draft.offered example.readmitted example.withdrawn
experiment.begun experiment.ended experiment.withdrawn import_source.created import_source.removed job.approved
job.asked job.cancelled job.deployed key.created key.revoked model.benchmarked model.registered pattern.noted
pattern.pinned pattern.rejected pattern.unpinned person.added person.changed person.link_made person.signed_in
person.signed_out person.tokens_reused persona.added persona.changed persona.rewritten persona_weights.rolled_back
publication.cancelled publication.retried publication.settled settings.changed signing_key.replaced task.approved
task.archived task.cancelled task.clarified task.paused task.rejected task.rerun task.resumed tool_server.added
tool_server.changed tool_server.removed tools.approved training.archive training.erase training.let_out
training.restore training.tag training.untag training_filter.changed training_filter.deleted training_filter.saved
tuning_rule.created tuning_rule.deleted`.split(/\s+/);

const ODD: Record<string, string> = {
  "agent.actions_declared": "Agent's actions declared",
  "draft.offered": "Another text asked for",
  "draft.chosen": "Another text chosen",
  "draft.edited": "Text changed",
  "key.created": "API key made",
  "key.revoked": "API key revoked",
  "person.link_made": "Link to sign in made",
  "person.signed_in": "Signed in",
  "person.signed_out": "Signed out",
  "person.tokens_reused": "A used token came again",
  "task.archived": "Task deleted",
  "task.clarified": "Questions answered",
  "task.rerun": "Task run again from a step",
  "tool_server.added": "MCP server added",
  "tool_server.changed": "MCP server changed",
  "tool_server.removed": "MCP server removed",
  "training.erase": "Example erased",
  "training.let_out": "Training data exported raw",
};

const plain = (name: string) => visible(name.replaceAll("_", " "));

/** "tool_server.added" -> "MCP server added"; "job.approved" -> "Job approved". */
export const done = (action: string) => ODD[action] ?? capital(plain(action.replace(".", " ")));

/** What is typed, as the log writes it: its words, or its own name. */
export const actionOf = (typed: string, seen: string[] = []) =>
  [...KNOWN, ...seen].find((one) => done(one).toLowerCase() === typed.toLowerCase()) ?? typed;

/** What can be asked for, in words. */
export const choices = (seen: string[]) => [...new Set([...KNOWN, ...seen].map(done))].sort();

const KINDS: Record<string, string> = { api_key: "API key", tool_server: "MCP server", user: "person" };

/** What it was done to: its name where one is told, else its kind and the end of its id. */
export function object(kind: string, id: string, details: Record<string, unknown>): string {
  const called = typeof details.name === "string" ? details.name : id.length === 36 ? id.slice(-8) : id;
  return `${KINDS[kind] ?? plain(kind)} ${kind === "setting" ? plain(called) : visible(called)}`;
}

/** Details as a person reads them: "role operator, prefix 9228d2ca". The name stands beside it already. */
export const told = (details: Record<string, unknown>) =>
  Object.entries(details)
    .filter(([name]) => name !== "name")
    .map(([name, value]) => `${plain(name)}: ${said(value)}`)
    .join("; ");

function said(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return visible(value.join(", ")) || "none";
  return visible(typeof value === "object" ? JSON.stringify(value) : String(value));
}
