/** The command queue: what waits for agents, what they hold, what came out; filters in the address; live. */
import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { type CommandRow, commandNumbers, commandPages, commandTypes } from "../../api/queries";
import { Figures } from "../../parts/Figures";
import { Filters } from "../../parts/Filters";
import { Key, useArrows, useKeys } from "../../parts/Key";
import { More } from "../../parts/More";
import { useNow } from "../../parts/now";
import { PageHead } from "../../parts/PageHead";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { SearchField } from "../../parts/SearchField";
import { Status } from "../../parts/Status";
import { ago, counted, duration, NONE, spoken, visible, whole } from "../../parts/words";
import styles from "./Queue.module.css";
import { QueueAgents } from "./QueueAgents";
import { QueueDetail } from "./QueueDetail";
import { QueueNew, unserved } from "./QueueNew";

const STATES = ["pending", "processing", "completed", "failed", "cancelled"] as const;
const SORTS = [
  { value: "newest", label: "Newest first" },
  { value: "oldest", label: "Oldest first" },
  { value: "priority", label: "As agents take them" },
];

export function Queue() {
  const search = useSearch({ from: "/queue" });
  const navigate = useNavigate({ from: "/queue" });
  const operator = useMay("operator");
  const [making, setMaking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const filter = {
    status: STATES.find((one) => one === search.status),
    agentType: search.type,
    search: search.q,
    sort: SORTS.find((one) => one.value === search.sort)?.value ?? "newest",
    archived: search.archived === "yes",
  };
  const query = useInfiniteQuery(commandPages(filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const types = useQuery(commandTypes()).data?.items ?? [];
  const set = (next: Record<string, string | undefined>) =>
    void navigate({ search: (before: Record<string, string | undefined>) => ({ ...before, ...next }), replace: true });
  const filtered = Boolean(filter.status || filter.agentType || filter.search || filter.archived);
  useKeys([
    ["n", () => operator && setMaking(true)],
    ["/", () => field.current?.focus()],
  ]);
  return (
    <>
      <PageHead title="Command queue">
        {operator && (
          <Button variant="filled" onClick={() => setMaking(true)} rightSection={<Key>N</Key>}>
            New command
          </Button>
        )}
      </PageHead>
      <div className="stack">
        <Numbers state={filter.status} pick={(state) => set({ status: state })} />
        <QueueAgents open={(id) => set({ id })} />
        <Panel
          title={
            <Filters>
              <Select
                aria-label="Agent type"
                placeholder="Any agent type"
                clearable
                searchable
                value={search.type ?? null}
                data={types.map((one) => one.agent_type)}
                onChange={(value) => set({ type: value ?? undefined })}
              />
              <Select
                aria-label="Order"
                value={filter.sort}
                allowDeselect={false}
                data={SORTS}
                onChange={(value) => set({ sort: value === "newest" ? undefined : (value ?? undefined) })}
              />
              <Select
                aria-label="Kept or archived"
                value={filter.archived ? "yes" : "no"}
                allowDeselect={false}
                data={[
                  { value: "no", label: "Current" },
                  { value: "yes", label: "Archived" },
                ]}
                onChange={(value) => set({ archived: value === "yes" ? "yes" : undefined })}
              />
              <SearchField
                ref={field}
                placeholder="Search action or agent"
                value={search.q ?? ""}
                set={(text) => set({ q: text || undefined })}
              />
            </Filters>
          }
          aside={query.data ? counted(query.data.pages[0]?.total ?? rows.length, "command") : undefined}
          label="Commands"
        >
          {query.isPending ? (
            <Loading rows={6} />
          ) : query.error && rows.length === 0 ? (
            <Trouble error={query.error} retry={() => void query.refetch()} />
          ) : rows.length === 0 ? (
            <Empty
              title={filtered ? "Nothing fits these filters." : "No command yet."}
              action={
                filtered ? (
                  <Button
                    onClick={() => set({ status: undefined, type: undefined, q: undefined, archived: undefined })}
                  >
                    Show all
                  </Button>
                ) : undefined
              }
            >
              {filtered
                ? "Take one away to see more."
                : "Plans and scripts queue commands here for agents; so can you, with New command."}
            </Empty>
          ) : (
            <Rows
              rows={rows}
              alone={types.filter(unserved).map((one) => one.agent_type)}
              chosen={search.id}
              open={(id) => set({ id })}
            />
          )}
          <More query={query} />
        </Panel>
      </div>
      <QueueNew opened={making} close={() => setMaking(false)} made={(id) => set({ id })} types={types} />
      <QueueDetail id={search.id} close={() => set({ id: undefined })} />
    </>
  );
}

function Numbers({ state, pick }: { state?: string; pick: (state: string | undefined) => void }) {
  const found = useQuery(commandNumbers()).data;
  const notes: Record<string, string> = {
    pending: found?.oldest_pending_seconds
      ? `the oldest for ${duration(found.oldest_pending_seconds)}`
      : "nothing waits for an agent",
    processing:
      found?.wait_seconds_p50 != null ? `taken after ${duration(found.wait_seconds_p50)}` : "in agents' hands",
    completed: found?.completed_per_minute
      ? `${found.completed_per_minute.toFixed(1)} a minute of late`
      : "none in the last 5 minutes",
    failed: waitFor(found),
    cancelled: "by a person, or with their task",
  };
  const figures = STATES.map((name) => ({
    id: name,
    name: <Status status={name} />,
    value: found ? whole(found.by_status[name] ?? 0) : NONE,
    note: found ? (notes[name] ?? "") : "", // nothing is claimed before it is known
  }));
  return (
    <div className={styles.numbers}>
      <Figures label="Commands by state" figures={figures} picked={state} pick={pick} />
    </div>
  );
}

/** How many of the failed wait for a person; those of a task do not. */
function waitFor(found: Schemas["Statistics"] | undefined): string {
  const [waits, failed] = [found?.dead_letters ?? 0, found?.by_status.failed ?? 0];
  if (waits === 0) return "none waits for a person";
  return `${waits === failed ? "" : `${whole(waits)} `}${waits === 1 ? "waits" : "wait"} for a person`;
}

/** What keeps a row from being taken, if anything. */
function held(row: CommandRow, alone: string[]): string | undefined {
  if (row.blocked_by?.length) return `Stopped: ${counted(row.blocked_by.length, "other")} it waits for failed.`;
  if (row.status === "pending" && row.waits_for?.length) return `Waits for ${counted(row.waits_for.length, "other")}.`;
  if (row.status === "pending" && alone.includes(row.agent_type)) return "Nobody answers for this type.";
}

/** What a row says of the result: a line of text, never markup. */
function gist(row: CommandRow, alone: string[]): string {
  const holds = held(row, alone);
  if (holds) return holds;
  const value = row.status === "completed" ? row.result : (row.error?.detail ?? row.error);
  if (value == null) return "–";
  return visible(typeof value === "string" ? value : JSON.stringify(value));
}

type RowsProps = { rows: CommandRow[]; alone: string[]; chosen?: string; open: (id: string) => void };

/** `alone`: the types that nobody answers for. */
function Rows({ rows, alone, chosen, open }: RowsProps) {
  const now = useNow(10_000);
  const body = useRef<HTMLTableSectionElement>(null);
  useArrows((by) => {
    const names = [...(body.current?.querySelectorAll<HTMLElement>("td:first-child button") ?? [])];
    const at = names.indexOf(document.activeElement as HTMLElement);
    names[Math.max(0, Math.min(at + by, names.length - 1))]?.focus();
  });
  return (
    <div className={styles.scroll}>
      <table className="ledger">
        <thead>
          <tr>
            <th>Action</th>
            <th>State</th>
            <th className={styles.wide}>Result</th>
            <th className={styles.wide}>Agent</th>
            <th className={`${styles.right} ${styles.wide}`}>Priority</th>
            <th className={styles.right}>Made</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <tr key={row.command_id} aria-selected={row.command_id === chosen} onClick={() => open(row.command_id)}>
              <td>
                <button type="button" className={styles.open} onClick={() => open(row.command_id)}>
                  {spoken(row.action)}
                </button>
                <div className="quiet">{row.agent_type}</div>
              </td>
              <td>
                <Status status={row.status} />
                <div className={styles.narrow}>{held(row, alone)}</div>
              </td>
              <td className={styles.wide}>
                <div className={styles.preview} title={gist(row, alone).slice(0, 500)}>
                  {gist(row, alone).slice(0, 200)}
                </div>
              </td>
              <td className={`${styles.wide} ${styles.named}`}>
                {row.lease_owner && row.status !== "pending" ? visible(row.lease_owner) : "–"}
              </td>
              <td className={`${styles.right} ${styles.wide}`}>{row.priority}</td>
              <td className={styles.right}>{ago(row.created_at, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
