/** Every task: what they amount to, filters in the address, a list that grows as it is scrolled, acts on many at once. */
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useMay } from "../../api/me";
import { STATUS_GROUPS, summary, taskPages } from "../../api/queries";
import { Key, useKeys } from "../../parts/Key";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { counted, duration, percent, whole } from "../../parts/words";
import { NewTask } from "../request/NewTask";
import { BulkBar } from "./BulkBar";
import { TaskList } from "./TaskList";
import styles from "./Tasks.module.css";

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
  const typed = useDebouncedCallback((text: string) => set({ q: text || undefined }), 250);
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
      <div className={styles.head}>
        <h1>Tasks</h1>
        <span className="space" />
        {operator && (
          <Button variant="filled" onClick={() => setAsking(true)} rightSection={<Key>N</Key>}>
            New task
          </Button>
        )}
      </div>
      <Cards />
      <Panel
        title={
          <div className={styles.filters}>
            <Select
              aria-label="Status"
              placeholder="Any status"
              clearable
              value={search.group ?? null}
              data={Object.entries(STATUS_GROUPS).map(([value, group]) => ({ value, label: group.label }))}
              onChange={(value) => set({ group: value ?? undefined })}
            />
            <TextInput
              ref={field}
              aria-label="Search"
              placeholder="Search in requests"
              defaultValue={search.q ?? ""}
              onChange={(event) => typed(event.currentTarget.value)}
            />
          </div>
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
            setSelected={setSelected}
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

function Cards() {
  const found = useQuery(summary()).data;
  const cards: [string, string, string][] = [
    ["Tasks", found ? whole(found.total_executions) : "–", "run by the product"],
    [
      "Success",
      found ? percent(found.success_rate) : "–",
      found ? `${whole(found.successful)} of ${whole(found.total_executions)}` : "",
    ],
    ["Average time", found ? duration(found.avg_seconds) : "–", "from request to end"],
    [
      "Patterns learned",
      found ? whole(found.patterns_learned) : "–",
      found?.patterns_learned ? "stand after tests" : "no claim yet",
    ],
  ];
  return (
    <div className={styles.cards}>
      {cards.map(([name, value, note]) => (
        <div key={name}>
          <p className="quiet">{name}</p>
          <p className="big">{value}</p>
          <p className="quiet">{note}</p>
        </div>
      ))}
    </div>
  );
}
