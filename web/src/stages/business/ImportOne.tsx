/** One import: a draft to look at and map, one that is under way, or what came of it. */
import { Button, Modal, Progress } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { IMPORTING, type Import, oneImport, refusals } from "../../api/queries";
import { Figures } from "../../parts/Figures";
import { More } from "../../parts/More";
import { Panel } from "../../parts/Panel";
import { Empty, Shown, Trouble } from "../../parts/Rest";
import { byWhom, capital, counted, firstOf, percent, spoken, when, whole } from "../../parts/words";
import { ImportDraft } from "./ImportDraft";
import { StateOf } from "./Imports";
import styles from "./Imports.module.css";
import { Way } from "./Way";

type Counts = Required<Schemas["Counts"]>;

export function ImportOne({ id }: { id: string }) {
  const query = useQuery(oneImport(id));
  return <Shown query={query}>{(found) => <One of={found} />}</Shown>;
}

const SHOWN_AT: Record<string, string> = {
  tasks: "/orchestrator",
  posts: "/business?tab=posts",
  social_analytics: "/business?tab=posts",
  web_analytics: "/business",
  financial_metrics: "/business",
  quality_evaluations: "/business?tab=posts",
};

function One({ of }: { of: Import }) {
  const operator = useMay("operator");
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/business" });
  const [problem, setProblem] = useProblem<unknown>();
  const [mapping, setMapping] = useState(false);
  const [throwing, setThrowing] = useState(false);
  const busy = IMPORTING.includes(of.state);
  const params = { params: { path: { import_id: of.id } } };
  const act = async (call: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Error(String(error)));
    }
    await queries.invalidateQueries({ queryKey: ["imports"] });
  };
  const run = () => act(() => ask(client.POST("/api/imports/{import_id}/run", params)));
  const check = () => act(() => ask(client.POST("/api/imports/{import_id}/dry-run", params)));
  const cancel = () => act(() => ask(client.POST("/api/imports/{import_id}/cancel", params)));
  const forget = async () => {
    await act(() => ask(client.DELETE("/api/imports/{import_id}", params)));
    void navigate({ search: { tab: "imports" } });
  };
  const draft = of.state === "draft";
  const counts = draft ? of.checked : of.counts;
  const columns = operator && draft && (!of.checked || mapping);
  const at = of.state === "checking" ? 2 : draft ? (columns ? 1 : 2) : 3;
  return (
    <div className="stack">
      <div className={styles.top}>
        <div className={styles.title}>
          <h2 className={styles.break}>{of.label}</h2>
          <span className="quiet">{`${spoken(of.kind)}, ${when(of.created_at)} by ${of.created_by ? byWhom(of.created_by) : "a schedule"}`}</span>
        </div>
        <StateOf of={of} />
        <span className="space" />
        {operator && busy && <Button onClick={() => void cancel()}>Cancel import</Button>}
        {operator && draft && <Button onClick={() => setThrowing(true)}>Throw away</Button>}
        <Button component={Link} to="/business" search={{ tab: "imports" } as never}>
          All imports
        </Button>
      </div>
      <Way at={at} />
      {problem !== undefined && <Trouble error={problem} what="That did not work. What was set is kept." />}
      {columns && <ImportDraft of={of} check={check} checked={() => setMapping(false)} />}
      {busy && <Under of={of} />}
      {draft && of.checked && !columns && (
        <Checked
          of={of}
          counts={of.checked as Counts}
          run={operator ? run : undefined}
          change={() => setMapping(true)}
          set={act}
        />
      )}
      {!draft && !busy && <Ended of={of} again={operator ? run : undefined} />}
      {listed(counts) ? <Refusals id={of.id} contradicted={Boolean(counts?.contradicted)} /> : null}
      <Modal opened={throwing} onClose={() => setThrowing(false)} title={`Throw “${of.label}” away?`}>
        <div className="stack">
          <p>Its file is removed here. Nothing of it is on record yet.</p>
          <div className="row">
            <Button color="red" onClick={() => void forget()}>
              Throw away
            </Button>
            <Button onClick={() => setThrowing(false)}>Keep it</Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}

/** Whether values were refused, or contradicted by other rows of the source: both are in one list. */
const listed = (counts?: Schemas["Counts"] | null) => Boolean(counts?.refused || counts?.contradicted);

function Under({ of }: { of: Import }) {
  const counting = of.state === "checking";
  return (
    <Panel title={counting ? "Counting what would happen" : "Bringing it in"} pad>
      <div className="stack" role="status">
        <Progress
          value={100 * (of.progress ?? 0)}
          aria-label={counting ? "How far the count is" : "How far the import is"}
          animated={of.progress == null}
        />
        <span>
          {of.state === "queued"
            ? "Waits for a worker."
            : `${counted(of.counts.read ?? 0, "row")} read${of.total ? ` of ${whole(of.total)}` : ""}${of.progress != null ? `, ${percent(of.progress)}` : ""}; ${whole(of.counts.refused)} refused so far.`}
        </span>
        <span className="quiet">It goes on when you leave this page, and after a restart.</span>
      </div>
    </Panel>
  );
}

function Tally({ counts, ahead }: { counts: Counts; ahead: boolean }) {
  const left = counts.read - counts.refused;
  const several = counts.parts > 0 && counts.parts !== left;
  const share = (value: number, all = counts.read, noun = "row") =>
    all && value <= all ? `${percent(value / all, 1)} of ${counted(all, noun)}` : "";
  return (
    <>
      <Figures
        label={ahead ? "What would happen" : "What happened"}
        figures={[
          {
            id: "added",
            name: ahead ? "Would be added" : "Added",
            value: whole(counts.added),
            note: several ? share(counts.added, counts.parts, "part") : share(counts.added),
          },
          {
            id: "corrected",
            name: ahead ? "Would be corrected" : "Corrected",
            value: whole(counts.corrected),
            note: "their earlier values are kept",
          },
          { id: "unchanged", name: "Unchanged", value: whole(counts.unchanged), note: "on record as they are" },
          {
            id: "refused",
            name: ahead ? "Would be refused" : "Refused",
            value: whole(counts.refused),
            note: share(counts.refused),
          },
        ]}
      />
      {several && (
        <p className={styles.said}>
          {`Of ${counted(counts.read, "row")} ${whole(counts.refused)} ${counts.refused === 1 ? "was" : "were"} refused. The other ${whole(left)} hold ${counted(counts.parts, "part")}, one for each platform or figure, and each is counted by itself.`}
        </p>
      )}
      {(counts.repeated > 0 || counts.contradicted > 0 || counts.flagged > 0) && (
        <p className={styles.said}>
          {counts.repeated > 0 && `${counted(counts.repeated, "row")} said again in the source, word for word. `}
          {counts.contradicted > 0 &&
            `${counted(counts.contradicted, "row")} said something else than a later row on the same, whose word counts: both values are listed. `}
          {counts.flagged > 0 &&
            `${counted(counts.flagged, "row")} marked as odd, and taken: ${Object.entries(counts.flags)
              .map(([name, number]) => `${spoken(name).toLowerCase()} (${whole(number)})`)
              .join(", ")}.`}
        </p>
      )}
      {counts.alone > 0 && (
        <p className={styles.said}>
          {`${counted(counts.alone, "row")} found no post or task yet. Bring those in too; readings can also come in again with a post made for each. `}
          <Link to="/business" search={{ tab: "matches" } as never}>
            What is doubtful waits here
          </Link>
        </p>
      )}
      {counts.left_out.length > 0 && (
        <p className={styles.said}>
          {`${counted(counts.left_out.length, "column")} left out: ${firstOf(counts.left_out)}.`}
        </p>
      )}
      {counts.notes.map((note) => (
        <p key={note} className={styles.said}>
          {note}
        </p>
      ))}
    </>
  );
}

type CheckedProps = {
  of: Import;
  counts: Counts;
  run?: () => Promise<void>;
  change: () => void;
  set: (call: () => Promise<unknown>) => Promise<void>;
};

function Checked({ of, counts, run, change }: CheckedProps) {
  const going = counts.added + counts.corrected;
  const stopped = of.all_or_nothing && counts.refused > 0;
  return (
    <div>
      <Tally counts={counts} ahead />
      <div className="row">
        {run && (
          <Button variant="filled" disabled={stopped || going + counts.unchanged === 0} onClick={() => void run()}>
            {going ? `Bring ${counted(going, "row")} in` : "Run it"}
          </Button>
        )}
        {run && <Button onClick={change}>Change the columns</Button>}
        <span className="quiet">
          {stopped
            ? "All or nothing was asked for, and rows are refused. Mend the file, or let the rest go in."
            : counts.refused
              ? "Refused rows stay out, the rest goes in."
              : "Every row can go in."}
        </span>
      </div>
    </div>
  );
}

function Ended({ of, again }: { of: Import; again?: () => Promise<void> }) {
  const problem = of.problem as { title?: string; detail?: string; hint?: string } | null;
  return (
    <div>
      {problem && (
        <Panel title={problem.title ?? "It ended with an error"} pad>
          <p className={styles.said}>{problem.detail}</p>
          {problem.hint && <p className="quiet">{problem.hint}</p>}
        </Panel>
      )}
      <Tally counts={of.counts as Counts} ahead={false} />
      <div className="row">
        <Button component="a" href={SHOWN_AT[of.kind] ?? "/business"}>
          {of.kind === "tasks" ? "See the tasks" : "See the figures"}
        </Button>
        {again && of.state !== "done" && <Button onClick={() => void again()}>Run it again</Button>}
        <span className="quiet">
          {of.state === "done"
            ? `Done ${when(of.finished_at)}. The same again would change nothing.`
            : of.state === "cancelled"
              ? "Rows that were in when it was cancelled stay in."
              : "What is in stays in, and goes in once."}
        </span>
      </div>
    </div>
  );
}

function Refusals({ id, contradicted }: { id: string; contradicted: boolean }) {
  const query = useInfiniteQuery(refusals(id));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={contradicted ? "Refused and contradicted values" : "Refused values"}
      note={query.data ? whole(query.data.pages[0]?.total ?? rows.length) : undefined}
      aside={
        <Button component="a" size="compact-xs" href={`/api/imports/${id}/refusals.csv`} download>
          Download CSV
        </Button>
      }
    >
      {rows.length === 0 ? (
        <Empty title="One moment." />
      ) : (
        <table className="ledger stacked">
          <thead>
            <tr>
              <th className="right">Line</th>
              <th>Column</th>
              <th>Value</th>
              <th>Reason</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.line} ${row.column} ${row.code} ${row.reason}`}>
                <td className="right">{whole(row.line)}</td>
                <td className={styles.break}>{row.column || "–"}</td>
                <td className={`mono ${styles.break}`}>{row.value ?? "(empty)"}</td>
                <td>{capital(row.reason)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <More query={query} />
    </Panel>
  );
}
