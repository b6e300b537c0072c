/** Every version that was made, to look into and to lay beside another. */
import { Button, Progress, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMay } from "../../api/me";
import { type Dataset, datasets } from "../../api/queries";
import { Filters } from "../../parts/Filters";
import { More } from "../../parts/More";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { counted, score, spoken, when, whole } from "../../parts/words";
import { Compare } from "./Compare";
import { One } from "./Dataset";
import type { Go, Search } from "./filter";
import { size } from "./formats";
import { Head } from "./Head";
import styles from "./Train.module.css";
import { Upload } from "./Upload";

export function Datasets() {
  const search: Search = useSearch({ from: "/training/datasets" });
  const navigate = useNavigate({ from: "/training/datasets" });
  const operator = useMay("operator");
  const set: Go = (next) => void navigate({ search: (before: Search) => ({ ...before, ...next }) });
  const [first, second] = search.compare?.split(",") ?? [];
  return (
    <Head
      tab="datasets"
      title="Datasets"
      acts={
        operator && (
          <>
            <Button onClick={() => set({ upload: "1" })}>Upload</Button>
            <Button component={Link} to="/training" search={{ new: "1" } as never} variant="filled">
              Make a dataset
            </Button>
          </>
        )
      }
    >
      {first && second ? (
        <Compare first={first} second={second} back={() => set({ compare: undefined })} />
      ) : search.id ? (
        <One id={search.id} set={set} />
      ) : (
        <List search={search} set={set} />
      )}
      {operator && <Upload opened={search.upload !== undefined} close={() => set({ upload: undefined })} />}
    </Head>
  );
}

function List({ search, set }: { search: Search; set: Go }) {
  const archived = search.state === "archived";
  const query = useInfiniteQuery(datasets({ role: search.role, state: archived ? undefined : search.state, archived }));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  const picked = search.pick?.split(",").filter(Boolean) ?? [];
  const pick = (id: string) => {
    const next = picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id].slice(-2);
    set({ pick: next.join(",") || undefined });
  };
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
            placeholder="Not deleted"
            clearable
            value={search.state ?? null}
            data={["ready", "building", "failed", "archived", "deleted"].map((value) => ({
              value,
              label: spoken(value),
            }))}
            onChange={(value) => set({ state: value ?? undefined })}
          />
        </Filters>
      }
      aside={
        <>
          {query.data ? counted(total, "version") : ""}
          <Button
            size="compact-sm"
            disabled={picked.length !== 2}
            onClick={() => set({ compare: picked.join(","), pick: undefined })}
          >
            {picked.length === 2 ? "Compare the two" : "Compare: mark two"}
          </Button>
        </>
      }
    >
      {query.isPending ? (
        <Loading rows={6} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty
          title={narrowed ? "No version is like that." : "No dataset yet."}
          action={
            narrowed ? (
              <Button onClick={() => set({ role: undefined, state: undefined })}>Show all</Button>
            ) : (
              <Button component={Link} to="/training">
                Choose examples
              </Button>
            )
          }
        >
          {narrowed
            ? "Take the filter away to see the others."
            : "Choose examples by a filter, then make a dataset of them."}
        </Empty>
      ) : (
        <>
          <table className={`ledger stacked ${styles.examples}`}>
            <thead>
              <tr>
                <th aria-label="Compare" />
                <th>Dataset</th>
                <th>Role</th>
                <th>State</th>
                <th className="right">Lines</th>
                <th className="right">Quality</th>
                <th className="right">Size</th>
                <th>Made</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} className={picked.includes(row.id) ? "on" : undefined}>
                  <td className={styles.box}>
                    <input
                      type="checkbox"
                      aria-label={`Compare ${titled(row)}`}
                      checked={picked.includes(row.id)}
                      disabled={row.state !== "ready"}
                      onChange={() => pick(row.id)}
                    />
                  </td>
                  <td>
                    <button type="button" className={styles.open} onClick={() => set({ id: row.id })}>
                      {titled(row)}
                    </button>
                    {row.is_current && <span className={styles.tag}>current</span>}
                  </td>
                  <td data-name="Role">{spoken(row.role)}</td>
                  <td data-name="State">
                    <State of={row} />
                  </td>
                  <td className="right" data-name="Lines">
                    {whole(row.example_count)}
                  </td>
                  <td className="right" data-name="Quality">
                    {score(row.avg_quality, 3)}
                  </td>
                  <td className="right" data-name="Size">
                    {size(row.file_size)}
                  </td>
                  <td className={styles.still} data-name="Made">
                    {when(row.created_at)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <More query={query} />
        </>
      )}
    </Panel>
  );
}

/** A version as it is called: "best, version 3". */
export const titled = (one: { name: string; version?: number | null }): string =>
  one.version ? `${one.name}, version ${one.version}` : one.name;

export function State({ of }: { of: Dataset }) {
  if (of.state !== "building") return <>{of.archived ? "Archived" : spoken(of.state)}</>;
  const { phase, done, total } = of.progress ?? { phase: "waiting", done: 0, total: null };
  return (
    <span className={styles.building}>
      {`${spoken(phase)} ${total ? `${whole(done)} of ${whole(total)}` : ""}`}
      <Progress value={total ? (100 * done) / total : 0} size="sm" aria-label="How far it is" />
    </span>
  );
}
