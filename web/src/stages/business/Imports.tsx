/** What was brought in, what is read again and again, and the way to bring more in. */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../api/me";
import { IMPORTING, type Import, importKinds, imports } from "../../api/queries";
import { More } from "../../parts/More";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { type Look, Status } from "../../parts/Status";
import { ago, byWhom, capital, counted, percent, spoken, when, whole } from "../../parts/words";
import type { Go, Search } from "./Business";
import { ImportBegin } from "./ImportBegin";
import { ImportOne } from "./ImportOne";
import styles from "./Imports.module.css";
import { Sources } from "./Sources";

export function Imports({ search, set }: { search: Search; set: Go }) {
  if (search.import) return <ImportOne id={search.import} />;
  if (search.new) return <ImportBegin of={search.new} set={set} />;
  return (
    <div className="stack">
      <Earlier />
      <Sources />
    </div>
  );
}

/** An import's state in the words of a row. */
export function StateOf({ of }: { of: Import }) {
  const word: Record<string, string> = {
    draft: of.checked ? "Checked, not run" : "Draft",
    checking: "Counting",
    queued: "Waiting",
    running: "Running",
    done: "Done",
    refused: "Refused",
    failed: "Failed",
    cancelled: "Cancelled",
  };
  const shape: Partial<Record<string, Look | string>> = { draft: "waiting", checking: "running" };
  const share = IMPORTING.includes(of.state) && of.progress != null ? ` ${percent(of.progress)}` : "";
  return (
    <Status status={String(shape[of.state] ?? of.state)} word={`${word[of.state] ?? capital(of.state)}${share}`} />
  );
}

function Earlier() {
  const query = useInfiniteQuery(imports());
  const operator = useMay("operator");
  const kinds = useQuery(importKinds()).data ?? [];
  const now = useNow(30_000);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title="Imports"
      aside={query.data ? counted(query.data.pages[0]?.total ?? rows.length, "import") : undefined}
    >
      {query.isPending ? (
        <Loading rows={6} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty
          title="Nothing was brought in yet."
          action={
            operator ? (
              <Button component={Link} to="/business" search={{ tab: "imports", new: "file" } as never}>
                Bring a file in
              </Button>
            ) : undefined
          }
        >
          {operator
            ? `A file of ${kinds.length ? kinds.map((kind) => spoken(kind.name).toLowerCase()).join(", ") : "posts or figures"}. You see what would go in before anything does.`
            : "Who may run work brings files in."}
        </Empty>
      ) : (
        <table className={`ledger stacked ${styles.named}`}>
          <thead>
            <tr>
              <th>Source</th>
              <th>Kind</th>
              <th>State</th>
              <th className="right">Added</th>
              <th className="right">Corrected</th>
              <th className="right">Unchanged</th>
              <th className="right">Refused</th>
              <th className="right">Begun</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => {
              const counts = one.state === "draft" && one.checked ? one.checked : one.counts;
              return (
                <tr key={one.id}>
                  <td>
                    <Link to="/business" search={{ tab: "imports", import: one.id } as never} className={styles.break}>
                      {one.label}
                    </Link>
                  </td>
                  <td>{spoken(one.kind)}</td>
                  <td>
                    <StateOf of={one} />
                  </td>
                  <td className="right" data-name="added">
                    {whole(counts.added)}
                  </td>
                  <td className="right" data-name="corrected">
                    {whole(counts.corrected)}
                  </td>
                  <td className="right" data-name="unchanged">
                    {whole(counts.unchanged)}
                  </td>
                  <td className="right" data-name="refused">
                    {whole(counts.refused)}
                  </td>
                  <td
                    className="right"
                    title={`${when(one.created_at)} by ${one.created_by ? byWhom(one.created_by) : "a schedule"}`}
                  >
                    {ago(one.created_at, now)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <More query={query} />
    </Panel>
  );
}
