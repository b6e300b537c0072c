/** Approval, quality, limits and the company's name. What the environment sets is shown and cannot be changed here. */
import { Button, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { taggedLinks, taggedSettings } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Key, useKeys } from "../../parts/Key";
import { Panel } from "../../parts/Panel";
import { Place } from "../../parts/Place";
import { Shown } from "../../parts/Rest";
import { counted } from "../../parts/words";
import styles from "../Settings.module.css";

type Value = Schemas["SettingOut"]["value"];
type Values = Record<string, Schemas["SettingOut"]>;
type Field = {
  name: string;
  label: string;
  help: string;
  kind: "switch" | "text" | "score" | "count" | "usd" | "choice";
  choices?: { value: string; label: string }[];
  min?: number;
  max?: number;
};

const SECTIONS: { title: string; fields: Field[]; note?: () => ReactNode }[] = [
  {
    title: "Company",
    fields: [{ name: "company", label: "Name", help: "As texts may use it.", kind: "text" }],
  },
  {
    title: "Approval",
    fields: [
      {
        name: "approval",
        label: "Ask a person before publishing",
        help: "Off: what passes is published as asked, and the decision is recorded as automatic. What fails still waits.",
        kind: "switch",
      },
      {
        name: "cost_limit_usd",
        label: "Cost above which a plan asks first",
        help: "The estimate of one task, in dollars.",
        kind: "usd",
        max: 1_000_000,
      },
    ],
  },
  {
    title: "Quality",
    fields: [
      {
        name: "quality_threshold",
        label: "Score that a text needs",
        help: "Between 0 and 1. Below it a text is refined, then a person decides.",
        kind: "score",
      },
      {
        name: "step_quality_threshold",
        label: "Score that an intermediate text needs",
        help: "Between 0 and 1. Below it the step is tried again before its output is used.",
        kind: "score",
      },
      { name: "max_refinements", label: "Rounds of refinement", help: "0 to 10.", kind: "count", min: 0, max: 10 },
      {
        name: "judge_model",
        label: "A model judges beside the rules",
        help: "Where one is set up. It can hold a text back and lets none through that the rules refuse.",
        kind: "choice",
        choices: [
          { value: "on", label: "Each text that stands in the end" },
          { value: "every_round", label: "Every round of refinement" },
          { value: "off", label: "Never" },
        ],
      },
    ],
  },
  {
    title: "Limits",
    note: PricesNote,
    fields: [
      {
        name: "daily_budget_usd",
        label: "Budget of a day",
        help: "In dollars. What would pass it waits for the next day.",
        kind: "usd",
        max: 1_000_000,
      },
      {
        name: "monthly_budget_usd",
        label: "Budget of a month",
        help: "In dollars. No model is asked whose call could pass it; the built-in one answers.",
        kind: "usd",
        max: 1_000_000,
      },
      {
        name: "task_budget_usd",
        label: "Budget of one task",
        help: "In dollars, for its calls to models. What is left to do then is done by the built-in one.",
        kind: "usd",
        max: 1_000_000,
      },
      {
        name: "parallel_steps",
        label: "Steps of one task at once",
        help: "1 to 64.",
        kind: "count",
        min: 1,
        max: 64,
      },
    ],
  },
  {
    title: "Links",
    note: LinksNote,
    fields: [
      {
        name: "tag_links",
        label: "Tag links to your own sites",
        help: "With utm_source, utm_medium, utm_campaign and utm_content, so that web analytics know the post.",
        kind: "switch",
      },
      {
        name: "own_sites",
        label: "Your own sites",
        help: "Commas between: acme.com, acme.shop. Each stands for all below it too. Empty: your connected blogs.",
        kind: "text",
      },
    ],
  },
  {
    title: "Measuring",
    fields: [
      {
        name: "measure_ages",
        label: "Ages at which posts are read",
        help: "Commas between: 30 min, 6h, 7d. They count for what is published from then on.",
        kind: "text",
      },
    ],
  },
];

/** What is wrong with a number as it was typed, before anybody is asked; undefined where nothing is. */
function wrongWith(field: Field, value: Value | undefined): string | undefined {
  if (["switch", "text", "choice"].includes(field.kind) || value === undefined) return undefined;
  const number = typeof value === "number" ? value : Number.parseFloat(String(value).replace(/[$,]/g, ""));
  if (Number.isNaN(number)) return "A number is needed.";
  const [least, most] = [field.min ?? 0, field.kind === "score" ? 1 : field.max];
  if (number < least) return `At least ${least}.`;
  return most !== undefined && number > most ? `At most ${most.toLocaleString()}.` : undefined;
}

/** What was typed, and the state of the settings that the person began from. */
type Draft = { typed: Record<string, Value>; seen: string | null };
const NOTHING: Draft = { typed: {}, seen: null };

export function Rules() {
  const query = useQuery(taggedSettings());
  return <Shown query={query}>{(found) => <Form values={found.values as Values} etag={found.etag} />}</Shown>;
}

function Form({ values, etag }: { values: Values; etag: string | null }) {
  const admin = useMay("admin");
  const queries = useQueryClient();
  const [{ typed, seen }, setDraft] = useDraft<Draft>("settings:rules", NOTHING);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const changed = Object.entries(typed).filter(([name, value]) => value !== values[name]?.value);
  const dirty = changed.length > 0;
  const wrong = SECTIONS.flatMap((section) => section.fields).some((field) => wrongWith(field, typed[field.name]));
  const save = async (event?: FormEvent | KeyboardEvent) => {
    event?.preventDefault();
    if (!admin || !dirty || busy || wrong) return;
    setBusy(true);
    setProblem(null);
    try {
      await ask(
        client.PUT("/api/orchestrator/settings", {
          body: Object.fromEntries(changed) as never,
          headers: seen ? { "If-Match": seen } : {},
        }),
      );
      setDraft(NOTHING);
      notifications.show({ message: `Saved ${counted(changed.length, "setting")}.` });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: ["settings"] });
    }
  };
  useKeys([["mod+S", (event) => void save(event)]], { whileTyping: true });
  const old = problem?.status === 412;
  return (
    <form className={styles.form} onSubmit={(event) => void save(event)}>
      {SECTIONS.map((section) => (
        <Panel key={section.title} title={section.title} pad>
          <div className={styles.fields}>
            {section.fields.map((field) => (
              <Input
                key={field.name}
                field={field}
                setting={values[field.name]}
                value={typed[field.name] ?? values[field.name]?.value}
                set={(value) =>
                  setDraft((before) => ({
                    typed: { ...before.typed, [field.name]: value },
                    seen: dirty ? before.seen : etag,
                  }))
                }
                error={wrongWith(field, typed[field.name]) ?? problem?.of(field.name)}
                locked={!admin}
              />
            ))}
            {section.note && <section.note />}
          </div>
        </Panel>
      ))}
      {admin ? (
        <div className={styles.foot}>
          <Button
            type="submit"
            variant="filled"
            loading={busy}
            disabled={!dirty || wrong}
            rightSection={<Key>Ctrl S</Key>}
          >
            Save
          </Button>
          {dirty && (
            <Button
              onClick={() => {
                setDraft(NOTHING);
                setProblem(null);
              }}
            >
              Undo
            </Button>
          )}
          <span className="quiet" role="status">
            {dirty ? `${counted(changed.length, "change")} not saved` : "Nothing to save"}
          </span>
          {problem && (
            <span role="alert" style={{ color: "var(--failed)", fontSize: 13 }}>
              {old
                ? "Somebody changed the settings since you opened them. What you typed is kept: look at it again."
                : changed.some(([name]) => problem.of(name))
                  ? "Nothing was saved: mend the fields that are marked."
                  : `${problem.message} ${problem.hint ?? ""}`}{" "}
              {old && (
                <Button
                  size="compact-xs"
                  onClick={() => {
                    setDraft((before) => ({ ...before, seen: etag }));
                    setProblem(null);
                  }}
                >
                  I have looked
                </Button>
              )}
            </span>
          )}
        </div>
      ) : (
        <p className="quiet">An admin can change these.</p>
      )}
    </form>
  );
}

/** How it stands now, and how a link looks. */
function LinksNote() {
  const found = useQuery(taggedLinks()).data;
  if (!found) return null;
  return (
    <div style={{ fontSize: 13, overflowWrap: "anywhere" }}>
      <p style={{ margin: 0 }}>{found.note}</p>
      {found.example && <p className="mono quiet">{found.example}</p>}
    </div>
  );
}

/** Where what the budgets count stands. */
function PricesNote() {
  return (
    <p className="quiet" style={{ margin: 0, fontSize: 13 }}>
      <Place id="budgets" />
      What models cost, which is asked first, and what that saved stands under{" "}
      <Link to="/settings" search={{ tab: "connections" }} hash="routing">
        Channels and models
      </Link>
      .
    </p>
  );
}

type InputProps = {
  field: Field;
  setting: Schemas["SettingOut"] | undefined;
  value: Value | undefined;
  set: (value: Value) => void;
  error?: string;
  locked: boolean;
};

function Input({ field, setting, value, set, error, locked }: InputProps) {
  if (!setting) return null;
  const ruled = setting.source === "environment";
  const told = ruled
    ? `${field.help} The environment sets it (COFOUNDER_${field.name.toUpperCase()}): change it there and start again.`
    : `${field.help}${setting.source === "default" ? " As delivered." : ""}`;
  const fixed = ruled || locked;
  const common = { label: field.label, description: told, error, readOnly: fixed };
  const look = fixed ? { input: { background: "var(--sunken)" } } : undefined;
  if (field.kind === "switch")
    return (
      <Switch
        label={field.label}
        description={told}
        error={error}
        disabled={fixed}
        checked={value === true}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    );
  if (field.kind === "text")
    return (
      <TextInput
        {...common}
        styles={look}
        maxLength={200}
        value={String(value ?? "")}
        onChange={(event) => set(event.currentTarget.value)}
      />
    );
  if (field.kind === "choice")
    return (
      <Select
        label={field.label}
        description={told}
        error={error}
        disabled={fixed}
        allowDeselect={false}
        data={field.choices ?? []}
        value={String(value ?? "")}
        onChange={(next) => next && set(next)}
      />
    );
  const step = field.kind === "score" ? 0.01 : 1;
  return (
    <NumberInput
      {...common}
      styles={look}
      hideControls={fixed}
      value={value as number | string}
      onChange={(next) => set(next)}
      min={field.min ?? 0}
      max={field.kind === "score" ? 1 : field.max}
      step={step}
      fixedDecimalScale={field.kind === "usd"}
      decimalScale={field.kind === "count" ? 0 : field.kind === "score" ? 3 : 2}
      prefix={field.kind === "usd" ? "$" : undefined}
      thousandSeparator=","
      clampBehavior="none"
    />
  );
}
