/** What a person may say beside the request itself, as it is typed and as it is sent. Pure. */
import type { Schemas } from "../../api/client";

export type Wishes = {
  channels: string[];
  tone: string;
  language: string;
  persona: string;
  figures: string;
  after: string; // a local time, as the browser's field has it
  review: boolean;
};
export const NO_WISHES: Wishes = {
  channels: [],
  tone: "",
  language: "",
  persona: "",
  figures: "",
  after: "",
  review: false,
};

const FIGURE = /^([^\s=:]+)(?:\s*[=:]\s*|\s+)(.+)$/;
const NUMBER = /^[-−]?\s*\$?\s*\d[\d,_]*(\.\d+)?\s*%?$/;

/** "revenue_monthly = 150,000", one a line. A value that is no number goes as it stands: the server says what it wants. */
export function figuresOf(text: string): Record<string, unknown> | undefined {
  const found: [string, unknown][] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (!line) continue;
    const [, name = line, value = ""] = FIGURE.exec(line) ?? [];
    const plain = value.trim();
    found.push([name, NUMBER.test(plain) ? Number(plain.replace("−", "-").replace(/[\s$,_%]/g, "")) : plain]);
  }
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** The body of the request; what was not said is not sent. */
export function bodyOf(request: string, wishes: Wishes): Schemas["ProcessIn"] {
  const { channels, tone, language, persona, figures, after, review } = wishes;
  const preferences = {
    ...(channels.length > 0 && { channels }),
    ...(tone.trim() && { tone: tone.trim() }),
    ...(language.trim() && { language: language.trim() }),
    ...(persona && { persona }),
  };
  const given = figuresOf(figures);
  return {
    request,
    ...(Object.keys(preferences).length > 0 && { preferences }),
    ...(given && { business_metrics: given }),
    ...(after && { not_before: new Date(after).toISOString() }),
    ...(review && { review_plan: true }),
  } as Schemas["ProcessIn"];
}

/** How many were said. */
export const saidOf = (wishes: Wishes): number =>
  Object.entries(wishes).filter(([name, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== NO_WISHES[name as keyof Wishes],
  ).length;
