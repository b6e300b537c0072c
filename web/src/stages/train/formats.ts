/** The formats in which training lines leave. */
export const FORMATS: { value: string; label: string; pairs?: boolean }[] = [
  { value: "jsonl", label: "JSON lines" },
  { value: "openai", label: "OpenAI" },
  { value: "gemini", label: "Gemini" },
  { value: "bedrock", label: "Bedrock" },
  { value: "chatml", label: "ChatML" },
  { value: "csv", label: "CSV" },
  { value: "parquet", label: "Parquet" },
  { value: "dpo", label: "Preference pairs", pairs: true },
  { value: "gemini-dpo", label: "Preference pairs, Gemini", pairs: true },
];

export const ROLES = [
  { value: "planner", label: "Planner: from a request to a plan" },
  { value: "writer", label: "Writer: from a brief and its facts to a text" },
  { value: "judge", label: "Judge: from a text to its scores" },
];

/** "4.2 KB": powers of 1000. */
export function size(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let place = 0;
  let value = bytes;
  while (value >= 1000 && place < units.length - 1) {
    value /= 1000;
    place += 1;
  }
  return `${place === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[place]}`;
}

/** The last word about a run, as it is read. */
export const DECIDED: Record<string, string> = {
  approved: "Approved",
  rejected: "Rejected",
  changes: "Changes asked for",
  automatic: "Approved by the settings",
  none: "Not decided",
};
