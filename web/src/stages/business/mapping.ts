/** Which columns go where, while a person changes it. Pure. */
import type { Schemas } from "../../api/client";

export type From = Schemas["From"];
export type Mapping = Schemas["Mapping"];
export type Kind = Schemas["KindOut"];

const BREAK = "\u001f";
/** Stands for "one value for every row" in a list of columns. */
export const FIXED = `${BREAK}fixed`;

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

/** The options of a field: its own joined columns, every column, one value. */
export function options(from: From | undefined, columns: string[]): { value: string; label: string }[] {
  const joined = from?.columns && from.columns.length > 1 ? [from.columns] : [];
  return [
    ...joined.map((names) => ({ value: names.join(BREAK), label: names.join(" + ") })),
    ...columns.map((name) => ({ value: name, label: name || "(no name)" })),
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
