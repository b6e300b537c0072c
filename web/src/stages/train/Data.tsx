/** Training data: what there is, which of it is meant, and what it is marked as. The address holds the choice. */
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useMay } from "../../api/me";
import { trainingExamples } from "../../api/queries";
import { Figures } from "../../parts/Figures";
import { Key, useKeys } from "../../parts/Key";
import { More } from "../../parts/More";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { counted, percent, score, visible, whole } from "../../parts/words";
import { type Done, useChanges } from "./acting";
import { Bulk } from "./Bulk";
import { ByDate, ByQuality } from "./ByDate";
import { Changes } from "./Changes";
import { Choose } from "./Choose";
import { Example } from "./Example";
import { Examples } from "./Examples";
import { Export } from "./Export";
import { type Backwards, backwards, filterOf, type Go, narrowed, nothing, type Search } from "./filter";
import { Head } from "./Head";
import { NewDataset } from "./NewDataset";
import { Removed } from "./Removed";
import { Breakdown, Using } from "./Sums";
import { useSelection } from "./selection";
import styles from "./Train.module.css";

export function Data() {
  const search: Search = useSearch({ from: "/training" });
  const navigate = useNavigate({ from: "/training" });
  const operator = useMay("operator");
  const [done, setDone] = useState<Done | null>(null);
  const { id, new: making, ...chosen } = search;
  const words = JSON.stringify(chosen);
  const filter = useMemo(() => filterOf(JSON.parse(words)), [words]);
  const selection = useSelection(JSON.stringify(filter));
  const { all, clear } = selection;
  const wrong = backwards(chosen);
  const query = useInfiniteQuery({ ...trainingExamples(filter), enabled: wrong === undefined });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const found = wrong ? undefined : query.data?.pages[0];
  const selected = useMemo(
    () => new Set(rows.map((row) => row.execution_id).filter((one) => selection.ids.has(one))),
    [rows, selection.ids],
  ); // what left the list meanwhile is not changed behind anybody's back
  const set: Go = (next) => {
    const opens = Object.keys(next).every((name) => name === "id" || name === "new");
    void navigate({ search: (before: Search) => ({ ...before, ...next }), replace: !opens });
  };
  const acts = useChanges((what) => {
    setDone(what);
    clear();
  });
  const total = found?.filtered_count ?? 0;
  const narrow = useMediaQuery("(max-width: 1100px)") ?? false;
  const [choosing, setChoosing] = useState(false);
  const sums = found && total > 0 && (
    <>
      <Breakdown title="By intent" of={found.statistics.by_intent} total={total} />
      <Breakdown
        title="By tag"
        of={found.statistics.by_tag}
        total={total}
        none="None of them is tagged."
        shown={visible}
      />
    </>
  );
  const undo = () => done?.token && acts.busy === null && void acts.undo(done.token);
  useKeys([
    ...(operator ? ([["d", () => set({ new: "1" })]] as [string, () => void][]) : []),
    ["mod+Z", () => void undo()],
    ["Escape", clear],
  ]);
  return (
    <Head
      tab="data"
      title="Data"
      acts={
        operator && (
          <Button variant="filled" onClick={() => set({ new: "1" })} rightSection={<Key>D</Key>}>
            Make a dataset
          </Button>
        )
      }
    >
      <Figures
        label="What there is"
        figures={[
          {
            id: "total",
            name: "Examples",
            value: whole(found?.total_count),
            note: "one a run, tests and excluded ones too",
          },
          {
            id: "filtered",
            name: "In this filter",
            value: whole(found?.filtered_count),
            note: narrowed(search) ? "" : "not archived, not excluded",
          },
          {
            id: "quality",
            name: "Average quality",
            value: score(found?.avg_quality, 3),
            note: found ? `of ${whole(found.statistics.judged)} with a score` : "",
          },
          {
            id: "success",
            name: "Success",
            value: percent(found?.success_rate),
            note: found ? `of ${counted(found.statistics.ran, "own run")}` : "",
          },
        ]}
      />
      <div className={styles.columns}>
        <div className="stack">
          {narrow && (
            <Button aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
              {choosing ? "Hide the filter" : narrowed(search) ? "Filter, narrowed" : "Filter"}
            </Button>
          )}
          {(!narrow || choosing) && <Choose search={search} set={set} found={found} />}
          {!narrow && sums}
        </div>
        <div className="stack">
          <Using
            found={found}
            counting={query.isFetching}
            below={<Removed search={chosen} used={found?.filtered_count} />}
          >
            {operator && <ByDate acts={acts} since={search.since} until={search.until} />}
            {operator && <ByQuality acts={acts} below={filter.quality_max ?? undefined} />}
            {operator && <Export filter={filter} count={total} />}
          </Using>
          {done && <Told done={done} undo={undo} busy={acts.busy === "undo"} close={() => setDone(null)} />}
          {acts.problem && <Trouble error={acts.problem} />}
          <Panel
            label="Examples"
            title="Examples"
            note={found ? counted(total, "example") : undefined}
            aside={
              operator && total > 0 && !all && !query.isPlaceholderData ? (
                <Button size="compact-sm" variant="subtle" onClick={selection.selectAll}>
                  {`Select all ${whole(total)}`}
                </Button>
              ) : undefined
            }
          >
            {operator && (selected.size > 0 || all) && (
              <Bulk
                which={all ? { filter, expected: total } : { execution_ids: [...selected] }}
                count={all ? total : selected.size}
                archived={filter.archived}
                acts={acts}
                clear={clear}
              />
            )}
            {wrong ? (
              <Empty title="Nothing can fit this filter." action={<Mend wrong={wrong} set={set} />}>
                {`${wrong.says}.`}
              </Empty>
            ) : query.isPending ? (
              <Loading rows={8} />
            ) : query.error && rows.length === 0 ? (
              <Trouble error={query.error} retry={() => void query.refetch()} />
            ) : rows.length === 0 ? (
              <Nothing search={search} set={set} total={found?.total_count ?? 0} />
            ) : (
              <>
                <Examples
                  rows={rows}
                  selected={selected}
                  all={all}
                  select={selection.select}
                  selectable={operator}
                  open={(one) => set({ id: one })}
                />
                <More query={query} />
              </>
            )}
          </Panel>
          {narrow && sums}
          <Changes acts={acts} />
        </div>
      </div>
      <Example id={id} close={() => set({ id: undefined })} />
      {operator && (
        <NewDataset opened={making !== undefined} close={() => set({ new: undefined })} filter={filter} count={total} />
      )}
    </Head>
  );
}

function Mend({ wrong, set }: { wrong: Backwards; set: Go }) {
  return <Button onClick={() => set({ [wrong.upper]: undefined })}>{`Take “${wrong.name}” away`}</Button>;
}

function Nothing({ search, set, total }: { search: Search; set: Go; total: number }) {
  const all = <Button onClick={() => set(nothing())}>Reset the filter</Button>;
  if (narrowed(search))
    return (
      <Empty title="Nothing fits this filter." action={all}>
        Take a part of it away to see more.
      </Empty>
    );
  return (
    <Empty
      title="No example yet."
      action={
        total > 0 ? <Button onClick={() => set({ sample: "yes" })}>Show the sample company's too</Button> : undefined
      }
    >
      {total > 0
        ? "What there is belongs to the sample company, was a test or is excluded; it is shown only when asked for."
        : "Every run becomes one. Ask for something, or import what was done before."}
    </Empty>
  );
}

function Told({ done, undo, busy, close }: { done: Done; undo: () => unknown; busy: boolean; close: () => void }) {
  return (
    <div className={styles.told} role="status">
      <span>{done.count > 0 ? `${counted(done.count, "example")} ${done.words}.` : "Nothing had to be changed."}</span>
      {done.token && (
        <Button size="compact-sm" onClick={undo} loading={busy} rightSection={<Key>Ctrl Z</Key>}>
          Undo
        </Button>
      )}
      <span className="space" />
      <Button size="compact-sm" variant="subtle" onClick={close} aria-label="Put this message away">
        Close
      </Button>
    </div>
  );
}
