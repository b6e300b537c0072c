/** One version: what it holds and is like, what leaves of it, where it comes from and what was made with it. */
import { Button, Menu, Modal, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { askIn, client, Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { type Dataset, datasetLeftOut, datasetLineage, datasetLines } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { Json } from "../../parts/Json";
import { More } from "../../parts/More";
import { Panel } from "../../parts/Panel";
import { Empty, Shown, Trouble } from "../../parts/Rest";
import { byWhom, channelName, counted, percent, score, spoken, visible, when, whole } from "../../parts/words";
import { say } from "./acting";
import { State, titled } from "./Datasets";
import { type Go, searchOf, toldFilter } from "./filter";
import { FORMATS, ROLES, size } from "./formats";
import { shortName, targetName } from "./jobs/told";
import { Lineage } from "./Lineage";
import { Breakdown } from "./Sums";
import styles from "./Train.module.css";

export function One({ id, set }: { id: string; set: Go }) {
  const query = useQuery(datasetLineage(id));
  return (
    <Shown query={query} rows={8}>
      {(found) => {
        const of = found.dataset;
        return (
          <div className="stack">
            <Top of={of} set={set} />
            {of.state === "failed" && (
              <Trouble
                error={new Error(String(of.problem?.detail ?? of.problem?.title ?? "Nothing of it is kept."))}
                what="It was not made"
              />
            )}
            {of.state === "deleted" && (
              <Panel>
                <Empty title="This version was deleted.">
                  {`By ${byWhom(of.deleted_by ?? "")}, ${when(of.deleted_at)}: ${of.deleted_why ?? ""} Its files are gone; which runs it held is still known.`}
                </Empty>
              </Panel>
            )}
            <div className={styles.halves}>
              <About of={of} />
              {of.state === "ready" && <Report of={of} />}
            </div>
            {of.state === "ready" && <Preview of={of} />}
            {of.state === "ready" && <Statistics of={of} />}
            {of.state === "ready" && <LeftOut id={id} />}
            <Lineage found={found} set={set} />
          </div>
        );
      }}
    </Shown>
  );
}

function Top({ of, set }: { of: Dataset; set: Go }) {
  const operator = useMay("operator");
  const admin = useMay("admin");
  const takes = operator && of.state === "ready" && (admin || !keepsPersonalData(of));
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const [busy, setBusy] = useState(false);
  const path = { dataset_id: of.id };
  useEffect(() => {
    document.title = `${titled(of)} · Training · Cofounder`;
  }, [of]);
  const act = async (words: string, call: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await call();
      say(words);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say([error.message, error.hint].filter(Boolean).join(" "));
    }
    setBusy(false);
    void queries.invalidateQueries({ queryKey: ["datasets"] });
  };
  const one = "/api/orchestrator/training/datasets/{dataset_id}";
  return (
    <div className="row">
      <h2 className={styles.title}>{titled(of)}</h2>
      {of.is_current && <span className={styles.tag}>current</span>}
      <span className="quiet">
        <State of={of} />
      </span>
      <span className="space" />
      <Button onClick={() => set({ id: undefined })}>All datasets</Button>
      {takes && (
        <Button component={Link} to="/training/fine-tuning" search={{ new: "1", dataset: of.id } as never}>
          Tune a model
        </Button>
      )}
      {takes && <DownloadMenu of={of} />}
      {operator && of.state === "ready" && !of.is_current && (
        <Button
          loading={busy}
          onClick={() =>
            void act(`${of.name} stands for version ${of.version} now.`, () =>
              askIn(client.POST(`${one}/rollback`, { params: { path } })),
            )
          }
        >
          Roll back to this
        </Button>
      )}
      {operator && of.state !== "deleted" && of.state !== "building" && (
        <>
          <Button
            loading={busy}
            onClick={() =>
              void act(of.archived ? "Listed again." : "Archived: lists leave it out.", () =>
                askIn(client.PATCH(one, { params: { path }, body: { archived: !of.archived } })),
              )
            }
          >
            {of.archived ? "Bring back" : "Archive"}
          </Button>
          <Button c="var(--failed)" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </>
      )}
      <Modal opened={deleting} onClose={() => setDeleting(false)} title={`Delete ${titled(of)}?`}>
        <Deleting of={of} close={() => setDeleting(false)} />
      </Modal>
    </div>
  );
}

function Deleting({ of, close }: { of: Dataset; close: () => void }) {
  const queries = useQueryClient();
  const [why, setWhy] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const made = useQuery(datasetLineage(of.id)).data ?? { jobs: [], models: [] };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await askIn(
        client.DELETE("/api/orchestrator/training/datasets/{dataset_id}", {
          params: { path: { dataset_id: of.id } },
          body: { reason: why.trim() },
        }),
      );
      close();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    }
    setBusy(false);
    void queries.invalidateQueries({ queryKey: ["datasets"] });
  };
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <p style={{ margin: 0 }}>
        Its files go for good. That it was there, which runs it held and why it was deleted stays on record.
      </p>
      {(made.jobs.length > 0 || made.models.length > 0) && (
        <div>
          <p style={{ margin: 0 }}>Made with it, and staying:</p>
          <ul style={{ margin: "4px 0 0", paddingLeft: 20 }}>
            {made.jobs.map((row) => (
              <li key={String(row.job_id)}>
                {`job ${targetName(String(row.target))}, ${shortName(String(row.base_model))}, ${spoken(String(row.status)).toLowerCase()}`}
              </li>
            ))}
            {made.models.map((row) => (
              <li key={String(row.model_id)}>
                {`model ${visible(String(row.model))}, ${String(row.role)}, ${spoken(String(row.state)).toLowerCase()}`}
              </li>
            ))}
          </ul>
        </div>
      )}
      <TextInput
        label="Why"
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
        error={problem?.message}
        required
        data-autofocus
      />
      <div className="row">
        <span className="space" />
        <Button onClick={close}>Keep it</Button>
        <Button type="submit" variant="filled" color="red" loading={busy} disabled={!why.trim()}>
          Delete this version
        </Button>
      </div>
    </form>
  );
}

const keepsPersonalData = (of: Dataset) => of.recipe.redaction === "none";
const holdsPairs = (of: Dataset) => of.files.some((file) => file.kind === "pairs");
const formats = (of: Dataset) => FORMATS.filter((one) => !one.pairs || holdsPairs(of));
const divided = (of: Dataset) => Object.keys(PARTS).map((name): [string, number] => [name, of.splits[name] ?? 0]);
const parts = (of: Dataset) => [
  { value: "all", label: "All" },
  ...divided(of)
    .filter(([, count]) => count > 0)
    .map(([value, count]) => ({ value, label: `${PARTS[value] ?? spoken(value)} ${whole(count)}` })),
];
const PARTS: Record<string, string> = { train: "Training", validation: "Validation", test: "Test" };

function DownloadMenu({ of }: { of: Dataset }) {
  const [split, setSplit] = useState("all");
  return (
    <Menu shadow="md" position="bottom-end" closeOnItemClick>
      <Menu.Target>
        <Button>Download</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: 8 }}>
          <Select
            aria-label="Part to download"
            size="xs"
            allowDeselect={false}
            value={split}
            data={parts(of)}
            onChange={(value) => value && setSplit(value)}
            comboboxProps={{ withinPortal: false }}
          />
        </div>
        {formats(of).map(({ value, label }) => (
          <Menu.Item
            key={value}
            component="a"
            href={`/api/orchestrator/training/datasets/${of.id}/download?format=${value}&split=${split}`}
            download
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function About({ of }: { of: Dataset }) {
  const split = of.recipe.split as { by?: string; validation?: number; test?: number } | undefined;
  return (
    <Panel title="What it is" pad>
      <Facts
        rows={[
          ["Role", ROLES.find((one) => one.value === of.role)?.label ?? spoken(of.role)],
          ["Lines", `${whole(of.example_count)}, ${size(of.file_size)}`],
          [
            "Parts",
            divided(of)
              .map(([name, count]) => `${PARTS[name] ?? spoken(name)} ${whole(count)}`)
              .join(", "),
          ],
          ["Quality", score(of.avg_quality, 3)],
          ["Description", visible(of.description)],
          ["From", of.source === "upload" ? "lines that were uploaded" : undefined],
          [
            "Filter",
            of.source === "examples" && of.recipe.filter !== undefined && (
              <Link to="/training" search={searchOf(of.filters) as never}>
                {toldFilter(of.filters)}
              </Link>
            ),
          ],
          split && [
            "Divided",
            split.by === "none"
              ? "not at all"
              : `by ${split.by}, ${percent(split.validation)} validation, ${percent(split.test)} test`,
          ],
          ["Duplicates", spoken(String(of.recipe.duplicates ?? ""))],
          [
            "Personal data",
            keepsPersonalData(of)
              ? "kept: an admin alone downloads it and trains on it"
              : `replaced, by ${String(of.recipe.redaction)}`,
          ],
          ["Seed", String(of.recipe.seed ?? "")],
          ["Made", `${when(of.created_at)} by ${byWhom(of.created_by)}`],
          ["Hash", of.content_hash && <span className={`mono ${styles.break}`}>{of.content_hash}</span>],
        ]}
      />
    </Panel>
  );
}

type Leaks = Record<string, unknown> & {
  clean?: boolean;
  pairs?: { held_out: { position: number }; training: { position: number }; similarity: number }[];
  time?: { overlap?: boolean };
};

const KNOWN: Record<string, string> = { openai: "OpenAI", local: "Your own model" };

const LEAKS: [string, string][] = [
  ["exact", "The same line"],
  ["near", "Nearly the same line"],
  ["conversation", "Of the same conversation"],
  ["topic", "Of the same topic"],
];

const heldOut = (of: Dataset) => (of.splits.validation ?? 0) + (of.splits.test ?? 0);

function Report({ of }: { of: Dataset }) {
  const leaks = of.leakage as Leaks;
  const fits = (of.statistics.fits ?? {}) as Record<string, { ok: boolean; problems: string[] }>;
  const found = LEAKS.filter(([name]) => typeof leaks[name] === "number");
  return (
    <Panel title="Leakage" pad>
      <div className="stack">
        <p className={styles.said}>
          {heldOut(of) === 0
            ? "Nothing is held out: there is nothing to judge by what is trained on it."
            : found.every(([name]) => leaks[name] === 0)
              ? "No held-out line was seen in training."
              : "Training has seen some of what is held out."}
        </p>
        {of.warnings.map((one) => (
          <p key={one} className="quiet">
            {one}
          </p>
        ))}
        {heldOut(of) > 0 && (
          <Facts right rows={found.map(([name, words]) => [words, whole(leaks[name] as number)] as const)} />
        )}
        {(leaks.pairs ?? []).length > 0 && (
          <ul className={styles.changes}>
            {leaks.pairs?.slice(0, 5).map((pair) => (
              <li key={`${pair.held_out.position} ${pair.training.position}`}>
                {`Line ${whole(pair.held_out.position + 1)} is held out, line ${whole(pair.training.position + 1)} trains: ${percent(pair.similarity)} alike`}
              </li>
            ))}
          </ul>
        )}
        {leaks.time?.overlap && <p className="quiet">In time training reaches into what is held out.</p>}
        <h3 className="sub">Fits the limits of</h3>
        <Facts
          rows={Object.entries(fits).map(
            ([target, told]) => [KNOWN[target] ?? spoken(target), told.ok ? "yes" : told.problems.join(" ")] as const,
          )}
        />
      </div>
    </Panel>
  );
}

const SHOWN: Record<string, (name: string) => string> = {
  channel: (name) => name.split("+").map(channelName).join(" + "),
};

function Statistics({ of }: { of: Dataset }) {
  const classes = (of.statistics.classes ?? {}) as Record<string, Record<string, number>>;
  const tokens = (of.statistics.tokens ?? {}) as Record<string, number | null>;
  return (
    <div className={styles.halves}>
      <Panel title="Tokens a line" note="estimated" pad>
        <Facts
          right
          rows={["total", "mean", "median", "p95", "longest"].map(
            (name) => [name === "p95" ? "95 of 100 below" : spoken(name), whole(tokens[name])] as const,
          )}
        />
      </Panel>
      {Object.entries(classes).map(([label, counts]) => (
        <Breakdown
          key={label}
          title={`By ${spoken(label).toLowerCase()}`}
          of={counts}
          total={of.example_count}
          shown={SHOWN[label]}
        />
      ))}
    </div>
  );
}

const STEP = 5;

function Preview({ of }: { of: Dataset }) {
  const [format, setFormat] = useState("jsonl");
  const [split, setSplit] = useState("all");
  const [offset, setOffset] = useState(0);
  const query = useQuery(datasetLines(of.id, format, split, offset));
  return (
    <Panel
      title={query.data?.redacted ? "What it holds" : "Exactly what leaves"}
      note={query.data ? `${counted(query.data.total, "line")}` : undefined}
      aside={
        <div className="row">
          <SegmentedControl
            size="xs"
            aria-label="Part to show"
            value={split}
            data={parts(of)}
            onChange={(value) => {
              setSplit(value);
              setOffset(0);
            }}
          />
          <Select
            aria-label="Format to show"
            size="xs"
            w={150}
            allowDeselect={false}
            value={format}
            data={formats(of).map(({ value, label }) => ({ value, label }))}
            onChange={(value) => {
              setFormat(value ?? "jsonl");
              setOffset(0);
            }}
          />
        </div>
      }
      pad
    >
      <Shown query={query} rows={4}>
        {(found) => (
          <div className="stack">
            {found.redacted && (
              <p className={styles.said}>
                This version keeps personal data. Here placeholders stand in its place; an admin sees the lines as they
                are.
              </p>
            )}
            {found.items.map((line) => (
              <div key={`${line.position} ${line.part}`}>
                <p className="quiet">{`Line ${whole(line.position + 1)}, ${PARTS[line.split] ?? line.split}`}</p>
                <Json value={line.line} />
              </div>
            ))}
            {found.items.length === 0 && <p className="quiet">This part holds no line.</p>}
            <div className="row">
              <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - STEP))}>
                Before
              </Button>
              <Button disabled={offset + STEP >= found.total} onClick={() => setOffset(offset + STEP)}>
                Next
              </Button>
            </div>
          </div>
        )}
      </Shown>
    </Panel>
  );
}

const REASONS: Record<string, string> = {
  exact: "The same as a line that stands for it",
  near: "Nearly the same as a line that stands for it",
  straddles: "Its group lies on both sides of the time that divides",
};

function LeftOut({ id }: { id: string }) {
  const query = useInfiniteQuery(datasetLeftOut(id));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <Panel title="Duplicates left out" aside={query.data ? whole(total) : undefined}>
      {rows.length === 0 ? (
        <Empty title={query.isPending ? "Looking…" : "None was left out."} />
      ) : (
        <>
          <table className="ledger stacked">
            <thead>
              <tr>
                <th>Run</th>
                <th>Why</th>
                <th className="right">Alike</th>
                <th>Stands for it</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.execution_id} ${row.part}`}>
                  <td>
                    <RunLink id={row.execution_id} />
                  </td>
                  <td>{REASONS[row.reason]}</td>
                  <td className="right">{percent(row.similarity)}</td>
                  <td>
                    <RunLink id={row.stands_for} />
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

function RunLink({ id }: { id?: string | null }) {
  if (!id) return <>–</>;
  return (
    <Link to="/training" search={{ id } as never} className="mono">
      {id.slice(-8)}
    </Link>
  );
}
