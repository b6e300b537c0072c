/** The fields of a kind and the column that each takes its values from. */
import { Button, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { spoken, whole } from "../../parts/words";
import styles from "./Imports.module.css";
import { choiceOf, chosen, FIXED, joinable, joined, type Kind, type Mapping, options, withField } from "./mapping";

type Props = { kind: Kind; seen: Schemas["Seen"][]; mapping: Mapping; set: (next: Mapping) => void };
const TIMES = ["day", "moment"];
const NUMBERS = ["count", "number", "money", "rate", "score"];
const KEEPS = ["posts", "social_analytics"];

export function Columns({ kind, seen, mapping, set }: Props) {
  const [all, setAll] = useState(false);
  const columns = seen.map((one) => one.name);
  const wanted = (name: string) => kind.any_of.some((group) => group.includes(name));
  const fields = kind.fields.filter(
    (field) => all || field.required || wanted(field.name) || mapping.fields?.[field.name] !== undefined,
  );
  const hidden = kind.fields.length - fields.length;
  return (
    <>
      <table className={`ledger stacked ${styles.columns}`}>
        <thead>
          <tr>
            <th>Field</th>
            <th>From</th>
            <th>Read as</th>
            <th>In the source</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              wanted={wanted(field.name)}
              seen={seen}
              columns={columns}
              mapping={mapping}
              set={set}
            />
          ))}
        </tbody>
      </table>
      <div className={styles.more}>
        {hidden > 0 && <Button onClick={() => setAll(true)}>{`Show ${whole(hidden)} more fields`}</Button>}
        {KEEPS.includes(kind.name) && (
          <MultiSelect
            label="Columns to keep beside them, as they are"
            placeholder={mapping.keep?.length ? undefined : "None"}
            searchable
            data={[...new Set(columns)]}
            value={mapping.keep ?? []}
            onChange={(keep) => set({ ...mapping, keep })}
          />
        )}
        {kind.name === "quality_evaluations" && (
          <MultiSelect
            label="Columns that are scores of one dimension each"
            searchable
            data={[...new Set(columns)]}
            value={Object.values(mapping.dimensions ?? {}).flatMap((from) => from?.columns ?? [])}
            onChange={(names) =>
              set({
                ...mapping,
                dimensions: Object.fromEntries(names.map((name) => [name, { columns: [name] }])),
              } as Mapping)
            }
          />
        )}
        {kind.name === "financial_metrics" && <Wide columns={columns} mapping={mapping} set={set} />}
      </div>
    </>
  );
}

type FieldProps = {
  field: Kind["fields"][number];
  wanted: boolean;
  seen: Schemas["Seen"][];
  columns: string[];
  mapping: Mapping;
  set: (next: Mapping) => void;
};

function Field({ field, wanted, seen, columns, mapping, set }: FieldProps) {
  const from = mapping.fields?.[field.name];
  const name = spoken(field.name);
  const choice = choiceOf(from);
  const its = seen.filter((one) => from?.columns?.includes(one.name));
  const put = (more: Record<string, unknown>) =>
    set(withField(mapping, field.name, { ...from, ...more } as typeof from));
  return (
    <tr>
      <td>
        <b>{name}</b>
        {field.required ? (
          <span className="quiet"> needed</span>
        ) : wanted ? (
          <span className="quiet"> one of these</span>
        ) : null}
        {field.about && <div className="quiet">{field.about}</div>}
      </td>
      <td>
        <Select
          aria-label={`Column for ${name}`}
          placeholder="Nothing"
          clearable
          searchable
          value={choice}
          data={options(from, [...new Set(columns)])}
          onChange={(next) => set(withField(mapping, field.name, chosen(from, next)))}
        />
        {from && joinable(from, columns).length > 0 && (
          <Select
            aria-label={`Column to join for ${name}`}
            placeholder="Join a column"
            size="xs"
            variant="unstyled"
            searchable
            value={null}
            data={[...new Set(joinable(from, columns))]}
            onChange={(next) => next && set(withField(mapping, field.name, joined(from, next)))}
          />
        )}
      </td>
      <td>
        {choice === FIXED ? (
          <TextInput
            aria-label={`Value of ${name} for every row`}
            placeholder="The value"
            value={String(from?.value ?? "")}
            onChange={(event) => put({ value: event.currentTarget.value, columns: [] })}
          />
        ) : from && TIMES.includes(field.type) ? (
          <TextInput
            aria-label={`Format of ${name}`}
            placeholder="Format, found out"
            title="As %d.%m.%Y, %G%V, unix, unix_ms"
            value={from.format ?? ""}
            onChange={(event) => put({ format: event.currentTarget.value || null })}
          />
        ) : from && NUMBERS.includes(field.type) ? (
          <NumberInput
            aria-label={`Factor of ${name}`}
            placeholder="Times 1"
            hideControls
            value={from.scale ?? ""}
            onChange={(value) => put({ scale: value === "" ? null : Number(value) })}
          />
        ) : (
          <span className="quiet">{from ? (field.type === "words" ? "words" : "text") : "–"}</span>
        )}
      </td>
      <td className={styles.seen}>
        {its.length > 0 ? (
          <>
            <span className="mono">
              {its.map((one) => one.examples.slice(0, 2).join(", ")).join(" + ") || "(empty)"}
            </span>
            <div className="quiet">
              {its
                .map(
                  (one) => `${one.looks_like}${one.empty > 0 ? `, ${whole(Math.round(100 * one.empty))}% empty` : ""}`,
                )
                .join("; ")}
            </div>
          </>
        ) : (
          <span className="quiet">–</span>
        )}
      </td>
    </tr>
  );
}

/** One column a metric: each named, none of them a field. */
function Wide({ columns, mapping, set }: { columns: string[]; mapping: Mapping; set: (next: Mapping) => void }) {
  const figures = mapping.figures ?? [];
  return (
    <div className="stack">
      <MultiSelect
        label="Columns that are a metric each"
        searchable
        data={[...new Set(columns)]}
        value={figures.map((one) => one.column)}
        onChange={(names) =>
          set({
            ...mapping,
            figures: names.map(
              (column) =>
                figures.find((one) => one.column === column) ??
                ({ column, metric_type: column.toLowerCase().replace(/\W+/g, "_") } as Schemas["Figure"]),
            ),
          })
        }
      />
      {figures.length > 0 && (
        <table className="ledger stacked">
          <thead>
            <tr>
              <th>Column</th>
              <th>Metric</th>
              <th>Channel</th>
            </tr>
          </thead>
          <tbody>
            {figures.map((one, place) => {
              const put = (more: Partial<Schemas["Figure"]>) =>
                set({ ...mapping, figures: figures.map((each, at) => (at === place ? { ...each, ...more } : each)) });
              return (
                <tr key={one.column}>
                  <td>{one.column}</td>
                  <td>
                    <TextInput
                      aria-label={`Metric of ${one.column}`}
                      value={one.metric_type}
                      onChange={(event) => put({ metric_type: event.currentTarget.value })}
                    />
                  </td>
                  <td>
                    <TextInput
                      aria-label={`Channel of ${one.column}`}
                      placeholder="The whole company"
                      value={one.channel ?? ""}
                      onChange={(event) => put({ channel: event.currentTarget.value })}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </div>
  );
}
