/** JSON in which a whole number keeps every digit: an id of a post is longer than a number here is exact. */
type Raw = (text: string) => unknown;
const raw = (JSON as { rawJSON?: Raw }).rawJSON;

/** As JSON.parse; a number too long for that is kept as it is written, and JSON.stringify writes it so again. */
export function exactly(text: string): unknown {
  const keep = (_: string, value: unknown, context?: { source: string }) =>
    raw && context && Number.isInteger(value) && !Number.isSafeInteger(value) ? raw(context.source) : value;
  return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
}

/** `rest` and, under `name`, the JSON of `text` as it was typed. */
export const withText = (rest: object, name: string, text: string): string =>
  `${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(name)}:${text}}`;
