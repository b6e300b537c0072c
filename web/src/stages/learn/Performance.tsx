/** How well the work goes: totals, over time, and split by who and what did it. */
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Schemas } from "../../api/client";
import { performance, type Step } from "../../api/queries";
import { type Figure, Figures } from "../../parts/Figures";
import { Filters } from "../../parts/Filters";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { channelName, counted, day, duration, money, percent, score, spoken, whole } from "../../parts/words";
import bars from "../business/Business.module.css";
import { Charted } from "../business/Charted";
import { Line } from "../business/Line";
import type { Go, Search } from "./Learning";
import styles from "./Learning.module.css";

type Whole = Schemas["Performance"];
type Row = Whole["over_time"][number];

const SPANS = [
  { value: "all", label: "All time" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
];
const STEPS = [
  { value: "day", label: "By day" },
  { value: "week", label: "By week" },
  { value: "month", label: "By month" },
];

export function Performance({ search, set }: { search: Search; set: Go }) {
  const step: Step = search.step === "day" || search.step === "month" ? search.step : "week";
  const span = SPANS.some((one) => one.value === search.span) ? search.span : "all";
  // from the beginning of a day, so that the question stays the same while it is looked at
  const since = useMemo(() => {
    if (!span || span === "all") return undefined;
    const from = new Date(Date.now() - Number(span) * 86_400_000);
    from.setHours(0, 0, 0, 0);
    return from.toISOString();
  }, [span]);
  const query = useQuery(performance(since, step));
  return (
    <>
      <div style={{ marginBottom: 16 }}>
        <Filters>
          <Select
            aria-label="How far back"
            allowDeselect={false}
            value={span ?? "all"}
            data={SPANS}
            onChange={(value) => set({ span: value === "all" ? undefined : (value ?? undefined) })}
          />
          <Select
            aria-label="Over time"
            allowDeselect={false}
            value={step}
            data={STEPS}
            onChange={(value) => set({ step: value === "week" ? undefined : (value ?? undefined) })}
          />
        </Filters>
      </div>
      <Shown query={query} rows={8}>
        {(found) =>
          found.total_executions === 0 ? (
            <Panel title="Performance">
              <Empty
                title={since ? "No finished run in this span." : "Not enough data, 0 finished runs."}
                action={
                  <Button component={Link} to="/orchestrator">
                    Tasks
                  </Button>
                }
              >
                {since
                  ? "Look further back."
                  : "Ask for something under Tasks; what came of it is counted here. Sample data and tests are left out."}
              </Empty>
            </Panel>
          ) : (
            <div className="stack">
              <Totals of={found} />
              <p className="quiet">
                Of finished runs, archived ones too. Tests, imported ones and those that were deleted or erased are left
                out of every figure here.
              </p>
              <OverTime of={found} search={search} set={set} />
              <Split of={found} since={since} search={search} set={set} />
            </div>
          )
        }
      </Shown>
    </>
  );
}

function Totals({ of }: { of: Whole }) {
  const first: Figure[] = [
    {
      id: "runs",
      name: "Executions",
      value: whole(of.total_executions),
      note: of.earliest ? `${day(of.earliest)} to ${day(of.latest)}` : "",
    },
    {
      id: "success",
      name: "Success",
      value: percent(of.success_rate, 1),
      note: `${whole(of.successful)} came to a good end`,
    },
    { id: "time", name: "Average time", value: duration(of.avg_seconds), note: `${duration(of.total_seconds)} in all` },
    {
      id: "patterns",
      name: "Patterns learned",
      value: whole(of.patterns_learned),
      note: of.patterns_learned ? "stand after tests" : "no claim yet",
    },
  ];
  const second: Figure[] = [
    { id: "cost", name: "Cost", value: money(of.total_cost), note: `${money(of.avg_cost)} a run` },
    { id: "quality", name: "Quality", value: score(of.avg_quality_score, 3), note: `n = ${whole(of.judged)} judged` },
    {
      id: "refined",
      name: "Refinements a run",
      value: score(of.avg_refinements),
      note: `${whole(of.refinements)} in all`,
    },
    {
      id: "approved",
      name: "Approved",
      value: percent(of.approval_rate, 1),
      note: `n = ${whole(of.approved + of.rejected)} decided`,
    },
  ];
  return (
    <div style={{ marginBottom: -16 }}>
      <Figures label="Totals" figures={first} />
      <Figures label="Cost, quality and decisions" figures={second} />
    </div>
  );
}

type Way = { label: string; of: (row: Row) => number | null; as: (value: number) => string };
const WAYS: Record<string, Way> = {
  runs: { label: "Executions", of: (row) => row.runs, as: whole },
  success: { label: "Success", of: (row) => row.success_rate, as: (value) => percent(value) },
  quality: { label: "Quality", of: (row) => row.avg_quality, as: (value) => score(value, 3) },
  approval: { label: "Approved", of: (row) => row.approval_rate, as: (value) => percent(value) },
  refinements: { label: "Refinements a run", of: (row) => row.avg_refinements, as: (value) => score(value, 1) },
  cost: { label: "Cost", of: (row) => row.cost, as: money },
  seconds: { label: "Seconds a run", of: (row) => row.avg_seconds, as: (value) => score(value, 1) },
};

function OverTime({ of, search, set }: { of: Whole; search: Search; set: Go }) {
  const name = search.shows && WAYS[search.shows] ? search.shows : "runs";
  const way = WAYS[name] as Way;
  const rows = [...of.over_time].sort((one, other) => (one.name < other.name ? -1 : 1));
  const dots = rows.flatMap((row) => {
    const value = way.of(row);
    return value == null ? [] : [{ at: Date.parse(row.name), name: day(row.name), value }];
  });
  return (
    <Charted
      title="Over time"
      unit={
        <Select
          aria-label="Figure over time"
          size="xs"
          w={170}
          allowDeselect={false}
          value={name}
          data={Object.entries(WAYS).map(([value, { label }]) => ({ value, label }))}
          onChange={(value) => set({ shows: value === "runs" ? undefined : (value ?? undefined) })}
        />
      }
      file="performance-over-time"
      head={["From", ...Object.values(WAYS).map((one) => one.label)]}
      rows={rows.map((row) => [row.name, ...Object.values(WAYS).map((one) => one.of(row))])}
      shown={(value, column) =>
        column === 0 ? day(String(value)) : typeof value === "number" ? Object.values(WAYS)[column - 1]?.as(value) : "–"
      }
      empty="No finished run in this span."
    >
      {dots.length > 0 ? (
        <Line dots={dots} as={way.as} axis={way.as} label={way.label} height={180} />
      ) : (
        <Empty title="Nothing to draw.">No run of this span has this figure.</Empty>
      )}
      <p className={bars.under}>{`${counted(dots.length, of.step)}, each named by its first day (UTC)`}</p>
    </Charted>
  );
}

const SPLITS = {
  agent: "By agent",
  tool: "By tool",
  model: "By model",
  channel: "By channel",
  intent: "By intent",
  plan: "By plan shape",
  persona: "By voice",
} as const;
type By = keyof typeof SPLITS;
const isBy = (name: string | undefined): name is By => name !== undefined && name in SPLITS;
const nameOf = (by: By, name: string) =>
  by === "channel" ? channelName(name) : by === "agent" || by === "intent" ? spoken(name) : name;

function Split({ of, since, search, set }: { of: Whole; since?: string; search: Search; set: Go }) {
  const by = isBy(search.by) ? search.by : "agent";
  const rows: Row[] = of[`by_${by}`];
  const calls = rows.some((row) => row.calls != null);
  return (
    <Panel
      label="Split"
      title={
        <Filters>
          <Select
            aria-label="Split"
            allowDeselect={false}
            value={by}
            data={Object.entries(SPLITS).map(([value, label]) => ({ value, label }))}
            onChange={(value) => set({ by: value === "agent" ? undefined : (value ?? undefined) })}
          />
        </Filters>
      }
      aside={rows.length > 0 && <Files by={by} since={since} />}
    >
      {rows.length === 0 ? (
        <Empty title="No run of this span has one.">{WHY[by] ?? "Look further back."}</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label={SPLITS[by]}>
          <table className={`ledger stacked ${styles.named}`}>
            <thead>
              <tr>
                <th>{SPLITS[by].replace("By ", "").replace(/^./, (letter) => letter.toUpperCase())}</th>
                {calls && <th className="right">Calls</th>}
                {calls && <th className="right">Calls that ended well</th>}
                <th className="right">Runs</th>
                <th className="right">Success</th>
                <th className="right">Approved</th>
                <th className="right">Quality</th>
                <th className="right">Refinements</th>
                <th className="right">{calls ? "Time a call" : "Time a run"}</th>
                <th className="right">Cost</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.name}>
                  <td className={styles.wide}>{nameOf(by, row.name)}</td>
                  {calls && <Value name="Calls">{whole(row.calls)}</Value>}
                  {calls && <Value name="Ended well">{percent(row.call_success_rate)}</Value>}
                  <Value name="Runs">{whole(row.runs)}</Value>
                  <Value name="Success">{percent(row.success_rate)}</Value>
                  <Value name="Approved">{percent(row.approval_rate)}</Value>
                  <Value name="Quality">{score(row.avg_quality, 3)}</Value>
                  <Value name="Refinements">{score(row.avg_refinements, 1)}</Value>
                  <Value name="Time">{duration(row.avg_seconds)}</Value>
                  <Value name="Cost">{money(row.cost)}</Value>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}

const WHY: Partial<Record<By, string>> = {
  model: "Models are listed once a task has asked one; without a key the built-in writer works alone.",
  persona: "Voices are listed once a text was written in one.",
};

const Value = ({ name, children }: { name: string; children: string }) => (
  <td className="right" data-name={name}>
    {children}
  </td>
);

/** The same split as a file with every line of it, made by the server. */
function Files({ by, since }: { by: By; since?: string }) {
  const address = (format: string) =>
    `/api/orchestrator/metrics/summary/download?${new URLSearchParams({ by, format, ...(since ? { since } : {}) })}`;
  return (
    <>
      {(["csv", "parquet"] as const).map((format) => (
        <Button
          key={format}
          component="a"
          href={address(format)}
          download
          size="compact-xs"
          variant="subtle"
          aria-label={`${SPLITS[by]}: download as ${format === "csv" ? "CSV" : "Parquet"}`}
        >
          {format === "csv" ? "CSV" : "Parquet"}
        </Button>
      ))}
    </>
  );
}
