/** Every job, newest first: how far it is, what it costs, what came out. */
import { Button, Progress, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMay } from "../../../api/me";
import { readyDatasets, type TuningJob, tuningJobs } from "../../../api/queries";
import { Filters } from "../../../parts/Filters";
import { More } from "../../../parts/More";
import { Panel } from "../../../parts/Panel";
import { Empty, Loading, Trouble } from "../../../parts/Rest";
import { Status } from "../../../parts/Status";
import { ago, counted, duration, percent, score, spoken } from "../../../parts/words";
import { titled } from "../Datasets";
import type { Go, Search } from "../filter";
import train from "../Train.module.css";
import styles from "./Jobs.module.css";
import { costOf, goesOn, JOB_STATES, shortName, stateWord, targetName } from "./told";

export function Jobs({ search, set }: { search: Search; set: Go }) {
  const query = useInfiniteQuery(tuningJobs({ state: search.state }));
  const made = useQuery(readyDatasets());
  const operator = useMay("operator");
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <Panel
      label="Jobs"
      title={
        <Filters>
          <Select
            aria-label="State"
            placeholder="Any state"
            clearable
            value={search.state ?? null}
            data={JOB_STATES}
            onChange={(value) => set({ state: value ?? undefined })}
          />
        </Filters>
      }
      aside={query.data ? counted(total, "job") : ""}
    >
      {query.isPending ? (
        <Loading rows={6} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty
          title={search.state ? "No job is like that." : "No job yet."}
          action={
            search.state ? (
              <Button onClick={() => set({ state: undefined })}>Show all</Button>
            ) : (
              operator && <Button onClick={() => set({ new: "1" })}>Choose a dataset</Button>
            )
          }
        >
          {search.state
            ? "Take the filter away to see the others."
            : "A job makes a model of a dataset, on this machine or at a provider. What it takes is told before it starts."}
        </Empty>
      ) : (
        <>
          <table className={`ledger stacked ${styles.jobs}`}>
            <thead>
              <tr>
                <th>Model</th>
                <th>State</th>
                <th>Where</th>
                <th>Dataset</th>
                <th className="right">Loss</th>
                <th className="right">Held back</th>
                <th className="right">Cost</th>
                <th className="right">Took</th>
                <th>Begun</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row
                  key={row.job_id}
                  row={row}
                  dataset={made.data?.items.find((one) => one.id === row.dataset_id)}
                  set={set}
                />
              ))}
            </tbody>
          </table>
          <More query={query} />
        </>
      )}
    </Panel>
  );
}

type RowProps = { row: TuningJob; dataset?: { name: string; version?: number | null }; set: Go };

function Row({ row, dataset, set }: RowProps) {
  const [cost, keep] = costOf(row);
  return (
    <tr>
      <td>
        <button type="button" className={train.open} onClick={() => set({ id: row.job_id })}>
          {row.model_name}
        </button>
        <div className="quiet">{`${spoken(row.role)} on ${shortName(row.base_model)}`}</div>
      </td>
      <td>
        <State of={row} />
      </td>
      <td>{targetName(row.target)}</td>
      <td className={styles.wide}>{dataset ? titled(dataset) : "–"}</td>
      <td className="right" data-name="Loss">
        {score(row.loss, 3)}
      </td>
      <td className="right" data-name="Held back">
        {score(row.eval_loss, 3)}
      </td>
      <td className="right" data-name="Cost">
        {cost}
        {keep && <div className={`quiet ${styles.keep}`}>{keep}</div>}
      </td>
      <td className="right" data-name="Took">
        {duration(row.duration_seconds)}
      </td>
      <td className={train.still}>{ago(row.created_at)}</td>
    </tr>
  );
}

function State({ of }: { of: TuningJob }) {
  const status = <Status status={of.status} word={stateWord(of.status)} />;
  if (of.status === "waiting_approval" && of.note)
    return (
      <>
        {status}
        <div className={`quiet ${styles.why}`}>{of.note}</div>
      </>
    );
  if (!goesOn(of.status) || of.progress == null) return status;
  return (
    <span className={styles.inRow}>
      <span className="row">
        {status}
        <span className="quiet">{percent(of.progress)}</span>
      </span>
      <Progress value={100 * of.progress} size="sm" aria-label={`How far ${of.model_name} is`} />
    </span>
  );
}
