/** How the lines of a version are divided: what is not said is that of the version before. Shares are percents here. */
import type { Schemas } from "../../api/client";

export type Divided = { by: string; validation: number; test: number; seed: number };

export const FIRST: Divided = { by: "group", validation: 10, test: 10, seed: 0 };

/** What a version says of how its lines were divided; of lines that were brought nothing is kept. */
export function dividedLike(before: Schemas["DatasetOut"]): Partial<Divided> {
  const { split, seed } = before.recipe as { split?: { by: string; validation: number; test: number }; seed?: number };
  if (before.source !== "examples" || !split) return {};
  const percent = (share: number) => Math.round(share * 10_000) / 100;
  return { by: split.by, validation: percent(split.validation), test: percent(split.test), seed: seed ?? 0 };
}

/** Only what was said: what is left out is that of the version before, or of its own. */
export function asked({ by, validation, test, seed }: Partial<Divided>): { split?: object; seed?: number } {
  const share = (percent: number | undefined) => (percent === undefined ? undefined : percent / 100);
  const split = Object.entries({ by, validation: share(validation), test: share(test) }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...(split.length > 0 ? { split: Object.fromEntries(split) } : {}), ...(seed === undefined ? {} : { seed }) };
}
