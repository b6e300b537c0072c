/** A draft: which column goes where, how values are read, and the first rows as they would go in. */
import { Button, Checkbox, NumberInput, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { type Import, importKinds, importPreview } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Panel } from "../../parts/Panel";
import { Shown, Trouble } from "../../parts/Rest";
import { counted, spoken, whole } from "../../parts/words";
import { Rows } from "./Charted";
import { Columns } from "./Columns";
import styles from "./Imports.module.css";
import { clean, type Kind, missing } from "./mapping";

type Preview = Schemas["cofounder__business__imports__schemas__PreviewOut"];
type Edit = {
  mapping?: Schemas["Mapping"];
  units?: Schemas["Units"];
  form?: Schemas["Form"];
  all_or_nothing?: boolean;
};

export function ImportDraft({ of, check, checked }: { of: Import; check: () => Promise<void>; checked: () => void }) {
  const query = useQuery(importPreview(of.id));
  const kinds = useQuery(importKinds());
  const kind = kinds.data?.find((one) => one.name === of.kind);
  return (
    <Shown query={query} rows={8}>
      {(preview) =>
        kind ? (
          <Draft of={of} kind={kind} kinds={kinds.data ?? []} preview={preview} check={check} checked={checked} />
        ) : null
      }
    </Shown>
  );
}

type Props = {
  of: Import;
  kind: Kind;
  kinds: Kind[];
  preview: Preview;
  check: () => Promise<void>;
  checked: () => void;
};

function Draft({ of, kind, kinds, preview, check, checked }: Props) {
  const [edit, setEdit] = useDraft<Edit>(`import:${of.id}`, {});
  const [problem, setProblem] = useProblem<unknown>();
  const [busy, setBusy] = useState<string>();
  const queries = useQueryClient();
  const mapping = edit.mapping ?? preview.mapping;
  const units = edit.units ?? preview.units;
  const form = edit.form ?? preview.form;
  const whole_ = edit.all_or_nothing ?? of.all_or_nothing;
  const changed = Object.keys(edit).length > 0;
  const wanted = missing(kind, mapping);
  const send = async (body: Schemas["ChangeIn"]) => {
    await ask(client.PATCH("/api/imports/{import_id}", { params: { path: { import_id: of.id } }, body }));
    setEdit({});
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["import-preview", of.id] }),
      queries.invalidateQueries({ queryKey: ["imports"] }),
    ]);
  };
  const act = async (name: string, call: () => Promise<void>) => {
    setBusy(name);
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error);
    }
    setBusy(undefined);
  };
  const body = (): Schemas["ChangeIn"] =>
    ({ ...edit, ...(edit.mapping ? { mapping: clean(edit.mapping) } : {}) }) as Schemas["ChangeIn"];
  const look = () => act("look", () => send(body()));
  const go = () =>
    act("check", async () => {
      if (changed) await send(body());
      checked();
      await check();
    });
  const other = (name: string | null) =>
    name && name !== of.kind && act("kind", () => send({ kind: name } as Schemas["ChangeIn"]));
  return (
    <>
      {preview.notes.length > 0 && (
        <Panel title="Look at this first" pad>
          <ul className={styles.notes}>
            {preview.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel
        title="Columns"
        note={`guessed from names and contents: ${counted(preview.columns.length, "column")}, ${whole(preview.unmapped.length)} stay out`}
        aside={
          <Select
            aria-label="What it holds"
            size="xs"
            w={190}
            allowDeselect={false}
            value={of.kind}
            data={kinds.map((one) => ({ value: one.name, label: spoken(one.name) }))}
            onChange={(name) => void other(name)}
          />
        }
      >
        <Columns
          kind={kind}
          seen={preview.columns}
          mapping={mapping}
          set={(next) => setEdit({ ...edit, mapping: next })}
        />
      </Panel>
      <Panel title="How values are read" pad>
        <div className={styles.fields}>
          <TextInput
            label="Time zone"
            description="Of times that name none"
            value={units.timezone}
            onChange={(event) => setEdit({ ...edit, units: { ...units, timezone: event.currentTarget.value } })}
          />
          <TextInput
            label="Currency"
            description="Of amounts that name none"
            maxLength={3}
            value={units.currency}
            onChange={(event) =>
              setEdit({ ...edit, units: { ...units, currency: event.currentTarget.value.toUpperCase() } })
            }
          />
          <Select
            label="Decimal mark"
            description="Of every number"
            allowDeselect={false}
            value={units.decimal}
            data={[
              { value: ".", label: "Point, 1,234.5" },
              { value: ",", label: "Comma, 1.234,5" },
            ]}
            onChange={(value) => setEdit({ ...edit, units: { ...units, decimal: (value ?? ".") as "." } })}
          />
          {of.kind === "financial_metrics" && (
            <Select
              label="A row's period"
              description="Where it names no end"
              clearable
              value={units.period ?? null}
              data={["day", "week", "month", "quarter", "year"]}
              onChange={(value) => setEdit({ ...edit, units: { ...units, period: value as "day" | null } })}
            />
          )}
          {form.format === "csv" && (
            <>
              <TextInput
                label="Delimiter"
                description="A tab is \t"
                maxLength={2}
                value={form.delimiter === "\t" ? "\\t" : (form.delimiter ?? "")}
                onChange={(event) => {
                  const given = event.currentTarget.value;
                  setEdit({
                    ...edit,
                    form: { ...form, delimiter: given === "\\t" ? "\t" : given.slice(0, 1) || null },
                  });
                }}
              />
              <TextInput
                label="Encoding"
                description="As utf-8, cp1252"
                value={form.encoding ?? ""}
                onChange={(event) =>
                  setEdit({ ...edit, form: { ...form, encoding: event.currentTarget.value || null, guessed: false } })
                }
              />
            </>
          )}
          {(form.format === "csv" || form.format === "excel") && (
            <NumberInput
              label="Line of the names"
              description="0 where there is none"
              min={0}
              max={1000}
              value={form.header ?? 1}
              onChange={(value) => setEdit({ ...edit, form: { ...form, header: Number(value) || 0 } })}
            />
          )}
        </div>
        <div className={styles.ticks}>
          {of.kind === "social_analytics" && (
            <Checkbox
              label="Make a post for each that the readings name and nobody knows"
              checked={mapping.make_posts ?? false}
              onChange={(event) =>
                setEdit({ ...edit, mapping: { ...mapping, make_posts: event.currentTarget.checked } })
              }
            />
          )}
          <Checkbox
            label="01/02/2024 is the first of February"
            checked={units.day_first}
            onChange={(event) => setEdit({ ...edit, units: { ...units, day_first: event.currentTarget.checked } })}
          />
          <Checkbox
            label="All or nothing: one refused row keeps every row out"
            checked={whole_}
            onChange={(event) => setEdit({ ...edit, all_or_nothing: event.currentTarget.checked })}
          />
        </div>
      </Panel>
      {problem !== undefined && <Trouble error={problem} what="It does not fit yet. What you set is kept." />}
      <div className="row">
        <Button variant="filled" disabled={wanted.length > 0} loading={busy === "check"} onClick={() => void go()}>
          Check all rows
        </Button>
        {changed && (
          <>
            <Button disabled={wanted.length > 0} loading={busy === "look"} onClick={() => void look()}>
              Show the first rows anew
            </Button>
            <Button onClick={() => setEdit({})}>Undo my changes</Button>
          </>
        )}
        <span className="quiet">
          {wanted.length ? wanted.join(" ") : "Counts what would go in. Nothing is written."}
        </span>
      </div>
      <First preview={preview} changed={changed} />
    </>
  );
}

const text = (value: unknown): string =>
  value == null ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);

function First({ preview, changed }: { preview: Preview; changed: boolean }) {
  const names = [...new Set(preview.converted.flatMap((row) => Object.keys(row)))].sort((one, other) =>
    one === "line" ? -1 : other === "line" ? 1 : one.localeCompare(other),
  );
  return (
    <>
      <Panel
        title="The first rows, as they would go in"
        note={
          changed
            ? "before your changes"
            : `${counted(preview.converted.length, "row")} of ${whole(preview.rows.length)}`
        }
      >
        {preview.converted.length > 0 ? (
          <Rows
            label="As they would go in"
            head={names.map((name) => spoken(name))}
            rows={preview.converted
              .slice(0, 20)
              .map((row) => names.map((name) => text((row as Record<string, unknown>)[name]).slice(0, 120)))}
          />
        ) : (
          <p className={styles.pad}>None of the first rows could go in. The reasons stand below.</p>
        )}
        {preview.refused.length > 0 && (
          <ul className={styles.faults}>
            {preview.refused.slice(0, 12).map((one) => (
              <li key={`${one.line} ${one.column}`}>
                {`Line ${whole(one.line)}, ${one.column || "row"}: `}
                <span className="mono">{one.value ?? "(empty)"}</span> {one.reason}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="As they stand in the source">
        <Rows
          label="As they stand"
          head={preview.columns.map((one, place) => one.name || `Column ${place + 1}`)}
          rows={preview.rows.slice(0, 20).map((row) => row.map((value) => value?.slice(0, 120) ?? null))}
        />
      </Panel>
    </>
  );
}
