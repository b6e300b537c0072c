/** How one thing outside is reached: what was set can be read and changed, a secret only given anew or forgotten. */
import { Button, NumberInput, PasswordInput, Switch, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { Panel } from "../../parts/Panel";
import { counted } from "../../parts/words";
import styles from "../Settings.module.css";
import { type Part, Trying } from "./Trying";

export type Connection = Schemas["ConnectionOut"];
export type Field = {
  name: keyof Schemas["ConnectionSettings"];
  label: string;
  help?: string;
  placeholder?: string;
  secret?: boolean;
  long?: boolean;
  kind?: "port" | "switch";
};
type Value = string | number | boolean | null;
type Props = {
  title: string;
  note: string;
  fields: Field[];
  values: Record<string, Connection>;
  etag: string | null;
  part?: Part;
};

/** What is sent: an empty line takes back what was set. */
const sent = (value: Value): Value => (typeof value === "string" && value.trim() === "" ? null : value);

export function ConnectionForm({ title, note, fields, values, etag, part }: Props) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState<Record<string, Value>>({});
  const [seen, setSeen] = useState(etag); // the values that the person began from
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const changed = Object.entries(typed).filter(([name, value]) =>
    values[name]?.secret ? value !== "" : sent(value) !== (values[name]?.value ?? null),
  );
  const dirty = changed.length > 0;
  useEffect(() => {
    if (!dirty) setSeen(etag);
  }, [dirty, etag]);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!dirty || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await ask(
        client.PUT("/api/connections", {
          body: Object.fromEntries(changed.map(([name, value]) => [name, sent(value)])),
          headers: seen ? { "If-Match": seen } : {},
        }),
      );
      setTyped({});
      notifications.show({ message: `Saved ${counted(changed.length, "setting")}.` });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: ["settings"] });
      await queries.invalidateQueries({ queryKey: ["system"] });
    }
  };
  const old = problem?.status === 412;
  const placed = fields.some((field) => problem?.of(field.name));
  return (
    <Panel title={title} note={note} pad>
      <form className={styles.pairs} onSubmit={(event) => void save(event)} autoComplete="off">
        {fields.map((field) => (
          <Input
            key={field.name}
            field={field}
            setting={values[field.name]}
            typed={typed[field.name]}
            set={(value) => setTyped((before) => ({ ...before, [field.name]: value }))}
            error={problem?.of(field.name) && `${problem.of(field.name)} ${problem.hint ?? ""}`}
          />
        ))}
        {problem && !placed && (
          <p role="alert" className={styles.across} style={{ margin: 0, color: "var(--failed)", fontSize: 13 }}>
            {old
              ? "Somebody changed this since you opened it. What you typed is kept: look at it again."
              : `${problem.message} ${problem.hint ?? ""}`}{" "}
            {old && (
              <Button
                size="compact-xs"
                onClick={() => {
                  setSeen(etag);
                  setProblem(null);
                }}
              >
                I have looked
              </Button>
            )}
          </p>
        )}
        <div className={`row ${styles.across}`}>
          <Button type="submit" loading={busy} disabled={!dirty}>
            Save
          </Button>
          {dirty && (
            <Button
              onClick={() => {
                setTyped({});
                setProblem(null);
              }}
            >
              Undo
            </Button>
          )}
          <span className="quiet" role="status">
            {dirty ? `${counted(changed.length, "change")} not saved` : "Nothing to save"}
          </span>
        </div>
        {part && <Trying part={part} unsaved={dirty} />}
      </form>
    </Panel>
  );
}

type InputProps = {
  field: Field;
  setting: Connection | undefined;
  typed: Value | undefined;
  set: (value: Value) => void;
  error?: string;
};

function Input({ field, setting, typed, set, error }: InputProps) {
  if (!setting) return null;
  const fixed = setting.source === "environment";
  const description = [
    field.help,
    fixed && "The environment sets it: change it there and start again.",
    setting.sealed && "It was stored on another machine and cannot be read here: give it again.",
    setting.note,
  ]
    .filter(Boolean)
    .join(" ");
  const common = { label: field.label, description, error, readOnly: fixed };
  const look = fixed ? { input: { background: "var(--sunken)" } } : undefined;
  if (field.kind === "switch")
    return (
      <Switch
        label={field.label}
        description={description}
        error={error}
        disabled={fixed}
        checked={(typed ?? setting.value) === true}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    );
  if (field.secret) return <Secret {...common} setting={setting} typed={typed} set={set} />;
  if (field.kind === "port")
    return (
      <NumberInput
        {...common}
        styles={look}
        hideControls
        allowDecimal={false}
        allowNegative={false}
        value={(typed ?? setting.value ?? "") as number | string}
        onChange={(value) => set(value === "" ? null : value)}
      />
    );
  const text = {
    ...common,
    styles: look,
    placeholder: field.placeholder,
    spellCheck: false,
    value: String((typed === undefined ? setting.value : typed) ?? ""),
  };
  return field.long ? (
    <Textarea {...text} autosize minRows={2} maxRows={8} onChange={(event) => set(event.currentTarget.value)} />
  ) : (
    <TextInput {...text} onChange={(event) => set(event.currentTarget.value)} />
  );
}

type SecretProps = {
  label: string;
  description: string;
  error?: string;
  readOnly: boolean;
  setting: Connection;
  typed: Value | undefined;
  set: (value: Value) => void;
};

/** Never what it is: only that there is one, a place for another, and a way to forget it. */
function Secret({ setting, typed, set, readOnly, label, ...common }: SecretProps) {
  const forgets = typed === null;
  const mine = setting.source === "settings" && (setting.given || setting.sealed);
  return (
    <div className="stack" style={{ gap: 6 }}>
      <PasswordInput
        {...common}
        label={label}
        readOnly={readOnly || forgets}
        styles={readOnly || forgets ? { input: { background: "var(--sunken)" } } : undefined}
        placeholder={forgets ? "Is forgotten when you save" : setting.given ? "There is one" : "None"}
        autoComplete="new-password"
        value={typeof typed === "string" ? typed : ""}
        onChange={(event) => set(event.currentTarget.value)}
      />
      {mine && (
        <span>
          <Button
            size="compact-xs"
            aria-label={`${forgets ? "Keep" : "Forget"}: ${label}`}
            onClick={() => set(forgets ? "" : null)}
          >
            {forgets ? "Keep it" : "Forget it"}
          </Button>
        </span>
      )}
    </div>
  );
}
