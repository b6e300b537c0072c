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

/** The body of the request; what was not said is not sent. */
export function bodyOf(request: string, wishes: Wishes): Schemas["ProcessIn"] {
  const { channels, tone, language, persona, figures, after, review } = wishes;
  const preferences = {
    ...(channels.length > 0 && { channels }),
    ...(tone.trim() && { tone: tone.trim() }),
    ...(language.trim() && { language: language.trim() }),
    ...(persona && { persona }),
  };
  return {
    request,
    ...(Object.keys(preferences).length > 0 && { preferences }),
    ...(figures.trim() && { figures }), // as typed: the server reads every number by one rule
    ...(after && { not_before: new Date(after).toISOString() }),
    ...(review && { review_plan: true }),
  } as Schemas["ProcessIn"];
}

/** How many were said. */
export const saidOf = (wishes: Wishes): number =>
  Object.entries(wishes).filter(([name, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== NO_WISHES[name as keyof Wishes],
  ).length;
