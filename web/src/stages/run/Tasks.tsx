/** Every task: what they amount to, filters in the address, a list that grows as it is scrolled, acts on many at once. */
import { Button, Modal, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useMay } from "../../api/me";
import { STATUS_GROUPS, summary, taskPages } from "../../api/queries";
import { type Figure, Figures } from "../../parts/Figures";
import { Filters } from "../../parts/Filters";
import { Key, useKeys } from "../../parts/Key";
import { PageHead } from "../../parts/PageHead";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { SearchField } from "../../parts/SearchField";
import { counted, duration, percent, whole } from "../../parts/words";
import { NewTask } from "../request/NewTask";
import { BulkBar } from "./BulkBar";
import { TaskList } from "./TaskList";

export function Tasks() {
  const search = useSearch({ from: "/orchestrator" });
  const navigate = useNavigate({ from: "/orchestrator" });
  const operator = useMay("operator");
  const filter = { group: search.group, search: search.q, source: search.source };
  const query = useInfiniteQuery(taskPages(filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const total = query.data?.pages[0]?.total ?? rows.length;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const filterKey = JSON.stringify(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another selection
  useEffect(() => {
    setSelected(new Set());
    setAll(false);
  }, [filterKey]);
  const set = (next: Record<string, string | undefined>) =>
    void navigate({ search: (before: Record<string, string | undefined>) => ({ ...before, ...next }), replace: true });
  const [asking, setAsking] = useState(search.new !== undefined);
  useEffect(() => {
    if (search.new !== undefined) setAsking(true);
  }, [search.new]);
  const field = useRef<HTMLInputElement>(null);
  useKeys([
    ["n", () => operator && setAsking(true)],
    ["/", () => field.current?.focus()],
  ]);
  const close = () => {
    setAsking(false);
    if (search.new !== undefined) set({ new: undefined });
  };
  return (
    <>
      <PageHead title="Tasks">
        {operator && (
          <Button variant="filled" onClick={() => setAsking(true)} rightSection={<Key>N</Key>}>
            New task
          </Button>
        )}
      </PageHead>
      <Cards />
      <Panel
        title={
          <Filters>
            <Select
              aria-label="Status"
              placeholder="Any status"
              clearable
              value={search.group ?? null}
              data={Object.entries(STATUS_GROUPS).map(([value, group]) => ({ value, label: group.label }))}
              onChange={(value) => set({ group: value ?? undefined })}
            />
            <SearchField
              ref={field}
              placeholder="Search in requests"
              value={search.q ?? ""}
              set={(text) => set({ q: text || undefined })}
            />
          </Filters>
        }
        aside={query.data ? counted(total, "task") : undefined}
        label="Tasks"
      >
        {(selected.size > 0 || all) && (
          <BulkBar
            filter={filter}
            selected={selected}
            all={all}
            total={total}
            selectAll={() => setAll(true)}
            clear={() => {
              setSelected(new Set());
              setAll(false);
            }}
          />
        )}
        {query.isPending ? (
          <Loading rows={8} />
        ) : query.error && rows.length === 0 ? (
          <Trouble error={query.error} retry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <Empty
            title={search.group || search.q ? "Nothing fits these filters." : "No task yet."}
            action={
              search.group || search.q ? (
                <Button onClick={() => set({ group: undefined, q: undefined })}>Show all</Button>
              ) : undefined
            }
          >
            {search.group || search.q
              ? "Take one away to see more."
              : "Ask for something, and it appears here with its plan."}
          </Empty>
        ) : (
          <TaskList
            rows={rows}
            selected={selected}
            setSelected={(next) => {
              setSelected(next);
              setAll(false);
            }}
            all={all}
            selectable={operator}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
          />
        )}
      </Panel>
      <Modal opened={asking} onClose={close} title="New task" size="lg">
        <NewTask first={search.new ?? ""} autoFocus />
      </Modal>
    </>
  );
}

type Ended = { successful: number; total_executions: number; called_off: number };

/** A task that a person cancelled before it began failed at nothing, so the rate is without it, and says so. */
function succeeded({ successful, total_executions, called_off }: Ended): string {
  const of = `${whole(successful)} of ${whole(total_executions - called_off)}`;
  return called_off ? `${of}, without ${whole(called_off)} cancelled before a step` : of;
}

function Cards() {
  const found = useQuery(summary()).data;
  const figures: Figure[] = [
    {
      id: "total",
      name: "Finished",
      value: whole(found?.total_executions),
      note: found?.is_sample ? "here, without the sample’s history" : "run by the product",
    },
    {
      id: "success",
      name: "Success",
      value: percent(found?.success_rate),
      note: found ? succeeded(found) : "",
    },
    {
      id: "time",
      name: "Average time",
      value: duration(found?.avg_seconds),
      note: "at work, waiting left out",
    },
    {
      id: "learned",
      name: "Patterns learned",
      value: whole(found?.patterns_learned),
      note: found?.patterns_learned ? "stand after tests" : "no claim yet",
    },
  ];
  return <Figures label="What the tasks amount to" figures={figures} />;
}
