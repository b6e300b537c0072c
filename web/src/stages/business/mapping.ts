/** Which columns go where, while a person changes it. Pure. */
import type { Schemas } from "../../api/client";

export type From = Schemas["From"];
export type Mapping = Schemas["Mapping"];
export type Kind = Schemas["KindOut"];

const BREAK = "\u001f";
/** Stands for "one value for every row" in a list of columns. */
export const FIXED = `${BREAK}fixed`;

/** Stands for the line of its source that a row is on: a number that no column need have. */
export const LINE = "#line";
const MOST_JOINED = 20;

/** The choice that a field's source is, as an option of a list. */
export const choiceOf = (from: From | undefined): string | null =>
  !from ? null : from.columns?.length ? from.columns.join(BREAK) : FIXED;

/** A field's source after another choice; how it is read (format, scale, words) stays with the same columns only. */
export function chosen(before: From | undefined, choice: string | null): From | undefined {
  if (choice === null) return undefined;
  if (choice === FIXED) return { columns: [], value: before?.value ?? "" } as From;
  if (choice === choiceOf(before)) return before;
  return { columns: choice.split(BREAK) } as From;
}

/** A field's source with another column behind those that it has; its values are joined by a blank. */
export const joined = (from: From, column: string): From => ({ columns: [...(from.columns ?? []), column] }) as From;

/** The columns that may be joined to those that a field has. */
export function joinable(from: From | undefined, columns: string[]): string[] {
  const has = from?.columns ?? [];
  return has.length > 0 && has.length < MOST_JOINED ? columns.filter((name) => !has.includes(name)) : [];
}

/** The options of a field: its own joined columns, every column, the line, one value. */
export function options(from: From | undefined, columns: string[]): { value: string; label: string }[] {
  const joined = from?.columns && from.columns.length > 1 ? [from.columns] : [];
  return [
    ...joined.map((names) => ({ value: names.join(BREAK), label: names.join(" + ") })),
    ...columns.map((name) => ({ value: name, label: name || "(no name)" })),
    { value: LINE, label: "The line that the row is on" },
    { value: FIXED, label: "One value for every row…" },
  ];
}

/** The mapping with one field set or taken out. */
export function withField(mapping: Mapping, name: string, from: From | undefined): Mapping {
  const { [name]: _, ...rest } = mapping.fields ?? {};
  return { ...mapping, fields: from ? { ...rest, [name]: from } : rest } as Mapping;
}

/** What goes to the server: a source without a column and without a value is none. */
export function clean(mapping: Mapping): Mapping {
  const kept = Object.entries(mapping.fields ?? {}).filter(
    ([, from]) => (from?.columns?.length ?? 0) > 0 || (from?.value != null && from.value !== ""),
  );
  return { ...mapping, fields: Object.fromEntries(kept) } as Mapping;
}

/** What is missing before it can run, in sentences. */
export function missing(kind: Kind, mapping: Mapping): string[] {
  const has = (name: string) => clean(mapping).fields?.[name] !== undefined;
  const wide = (mapping.figures?.length ?? 0) > 0;
  const say = (name: string) => name.replaceAll("_", " ");
  return [
    ...kind.fields
      .filter((field) => field.required && !has(field.name))
      .map((field) => `${say(field.name)} needs a column.`),
    ...(wide ? [] : kind.any_of.filter((group) => !group.some(has))).map(
      (group) => `One of ${group.map(say).join(", ")} needs a column.`,
    ),
  ];
}
