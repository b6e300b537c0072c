/** The tuned models: what each role uses, every version with its figures side by side, and every change. */
import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { modelHistory, type TunedModel, tunedModels } from "../../../api/queries";
import { Filters } from "../../../parts/Filters";
import { More } from "../../../parts/More";
import { Panel } from "../../../parts/Panel";
import { Empty, Loading, Shown, Trouble } from "../../../parts/Rest";
import { Status } from "../../../parts/Status";
import { ago, counted, duration, NONE, score, spoken, whole } from "../../../parts/words";
import type { Go, Search } from "../filter";
import { Head } from "../Head";
import { shortName, targetName } from "../jobs/told";
import train from "../Train.module.css";
import { Changes } from "./Changes";
import { Model } from "./Model";
import styles from "./Models.module.css";
import { Roles } from "./Roles";
import { besideGate, figuresOf, minus, shown } from "./told";

export function Models() {
  const search: Search = useSearch({ from: "/training/models" });
  const navigate = useNavigate({ from: "/training/models" });
  const set: Go = (next) => void navigate({ search: (before: Search) => ({ ...before, ...next }) });
  return (
    <Head tab="models" title="Models">
      {search.id ? (
        <Model key={search.id} id={search.id} set={set} />
      ) : (
        <div className="stack">
          <Roles set={set} />
          <Versions search={search} set={set} />
          <History set={set} />
        </div>
      )}
    </Head>
  );
}

function History({ set }: { set: Go }) {
  return (
    <Panel title="What changed">
      <Shown query={useQuery(modelHistory())} rows={3}>
        {(found) => <Changes rows={found.items} set={set} />}
      </Shown>
    </Panel>
  );
}

const STATES = ["ready", "broken", "retired"].map((value) => ({ value, label: spoken(value) }));

function Versions({ search, set }: { search: Search; set: Go }) {
  const query = useInfiniteQuery(tunedModels({ role: search.role, state: search.state }));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = search.role || search.state;
  return (
    <Panel
      label="Versions"
      title={
        <Filters>
          <Select
            aria-label="Role"
            placeholder="Any role"
            clearable
            value={search.role ?? null}
            data={["planner", "writer", "judge"].map((value) => ({ value, label: spoken(value) }))}
            onChange={(value) => set({ role: value ?? undefined })}
          />
          <Select
            aria-label="State"
            placeholder="Any state"
            clearable
            value={search.state ?? null}
            data={STATES}
            onChange={(value) => set({ state: value ?? undefined })}
          />
        </Filters>
      }
      aside={query.data ? counted(query.data.pages[0]?.total ?? 0, "version") : ""}
    >
      {query.isPending ? (
        <Loading rows={5} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty
          title={narrowed ? "No version is like that." : "No tuned model yet."}
          action={
            narrowed ? (
              <Button onClick={() => set({ role: undefined, state: undefined })}>Show all</Button>
            ) : (
              <Button component={Link} to="/training/fine-tuning">
                Go to the jobs
              </Button>
            )
          }
        >
          {narrowed
            ? "Take the filter away to see the others."
            : "A job that succeeded is deployed to become one. Until then the configured models do the work."}
        </Empty>
      ) : (
        <>
          <table className={`ledger stacked ${styles.versions}`}>
            <thead>
              <tr>
                <th>Version</th>
                <th>State</th>
                <th>What the gate said</th>
                <th className="right">Score</th>
                <th className="right">Usable</th>
                <th className="right">n</th>
                <th className="right">Half below</th>
                <th className="right">A line</th>
                <th>Made</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.id} of={row} set={set} />
              ))}
            </tbody>
          </table>
          <More query={query} />
        </>
      )}
    </Panel>
  );
}

function Row({ of, set }: { of: TunedModel; set: Go }) {
  const figures = figuresOf(of);
  const usd = figures.priced === false ? null : (figures.cost_per_line_usd ?? null);
  return (
    <tr>
      <td>
        <button type="button" className={train.open} onClick={() => set({ id: of.id })}>
          {of.label}
        </button>
        <Aliases of={of} />
        <div className="quiet">{`${spoken(of.role)}, ${targetName(of.target)}, on ${shortName(of.base_model)}`}</div>
      </td>
      <td>
        <State of={of} />
      </td>
      <td className={styles.gate}>
        {of.gate ? minus(of.gate.words) : "Not compared yet."}
        {besideGate(of).map((words) => (
          <div key={words} className="quiet">
            {words}
          </div>
        ))}
      </td>
      <td className="right" data-name="Score">
        {score(figures.means?.score, 3)}
      </td>
      <td className="right" data-name="Usable">
        {score(figures.means?.valid, 3)}
      </td>
      <td className="right" data-name="n">
        {whole(figures.n)}
      </td>
      <td className="right" data-name="Half below">
        {figures.seconds_p50 == null ? NONE : brief(figures.seconds_p50)}
      </td>
      <td className="right" data-name="A line">
        {shown(usd, "usd", brief)}
      </td>
      <td className={train.still}>{ago(of.created_at)}</td>
    </tr>
  );
}

/** Seconds of an answer: below one they are read to the hundredth. */
export const brief = (seconds: number): string => (seconds < 1 ? `${score(seconds, 2)} s` : duration(seconds));

export function Aliases({ of }: { of: TunedModel }) {
  return of.aliases.map((alias) => (
    <span key={alias} className={styles.alias} data-alias={alias}>
      {alias === "candidate" && of.shadow ? "candidate, in shadow" : alias}
    </span>
  ));
}

export function State({ of }: { of: TunedModel }) {
  const status = of.state === "broken" ? "failed" : of.state === "retired" ? "cancelled" : "done";
  return <Status status={status} word={spoken(of.state)} />;
}
