/** What there is to learn from: how many examples, how good, of what, and every file that learning gives away. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Problem, type Schemas, saveFile } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { trainingSums } from "../../api/queries";
import { Figures } from "../../parts/Figures";
import { Panel } from "../../parts/Panel";
import { Empty, Shown, Trouble } from "../../parts/Rest";
import { channelName, counted, day, percent, score, spoken, visible, whole } from "../../parts/words";
import { Download } from "../business/Charted";
import { DECIDED } from "../train/formats";
import { Spread } from "../train/Sums";
import styles from "../train/Train.module.css";

type Sums = Schemas["StatsOut"];
/** Nobody here ran what was imported. */
const succeeded = (of: Sums) =>
  of.ran === 0
    ? "None of them was run here."
    : `${percent(of.success_rate)} of the ${counted(of.ran, "own run")} succeeded.`;
const HIGH = 0.85;

export function Training() {
  const query = useQuery(trainingSums({}));
  const high = useQuery(trainingSums({ quality_min: HIGH } as never)).data;
  const measured = useQuery(trainingSums({ has_outcome: true } as never)).data;
  return (
    <Shown query={query} rows={8}>
      {({ statistics: sums }) => {
        const n = sums.filtered_count;
        const share = (part: number | undefined) =>
          part === undefined || n === 0 ? "–" : `${percent(part / n)} of them`;
        return (
          <div className="stack">
            <Figures
              label="Training statistics"
              figures={[
                {
                  id: "used",
                  name: "Examples in use",
                  value: whole(n),
                  note: `of ${whole(sums.total_count)}; tests and excluded ones are out`,
                },
                {
                  id: "ready",
                  name: "Ready to train",
                  value: whole(sums.by_tag.training_ready ?? 0),
                  note: "decided, complete, not excluded",
                },
                {
                  id: "high",
                  name: "High quality",
                  value: whole(high?.filtered_count),
                  note: `${score(HIGH)} and up, ${share(high?.filtered_count)}`,
                },
                {
                  id: "measured",
                  name: "Measured",
                  value: whole(measured?.filtered_count),
                  note: share(measured?.filtered_count),
                },
              ]}
            />
            {n === 0 ? <None total={sums.total_count} /> : <Whole sums={sums} />}
            <Files count={n} />
          </div>
        );
      }}
    </Shown>
  );
}

function None({ total }: { total: number }) {
  return (
    <Panel title="Training statistics">
      <Empty
        title="No example is in use."
        action={
          <Button component={Link} to="/training">
            Training data
          </Button>
        }
      >
        {total > 0
          ? `${counted(total, "example")} are there, and all of them are tests or excluded.`
          : "Every run becomes an example. Ask for something under Tasks, or import what was done before."}
      </Empty>
    </Panel>
  );
}

function Whole({ sums }: { sums: Sums }) {
  const { earliest, latest } = sums.date_range;
  const bands = Object.entries(sums.quality_score_distribution);
  return (
    <>
      <Panel
        title="Quality"
        note={`${score(sums.avg_quality_score, 3)} on average of ${whole(sums.judged)} with a score`}
        aside={
          <Download
            name="training-quality"
            label="Quality"
            head={["Score", "Examples"]}
            rows={bands.map(([band, count]) => [band.replace("-", " to "), count])}
          />
        }
        pad
      >
        <div style={{ maxWidth: 420 }}>
          <Spread chosen={sums} all={sums} />
        </div>
        <p className="quiet">{`${succeeded(sums)} Asked between ${day(earliest)} and ${day(latest)}.`}</p>
      </Panel>
      <div className={styles.halves}>
        <Split title="By intent" file="training-intents" of={sums.by_intent} total={sums.filtered_count} />
        <Split title="By tag" file="training-tags" of={sums.by_tag} total={sums.filtered_count} shown={visible} />
        <Split
          title="By platform"
          file="training-platforms"
          of={sums.by_platform}
          total={sums.filtered_count}
          shown={channelName}
        />
        <Split
          title="By decision"
          file="training-decisions"
          of={sums.by_decision}
          total={sums.filtered_count}
          shown={(word) => DECIDED[word] ?? spoken(word)}
        />
      </div>
    </>
  );
}

type SplitProps = {
  title: string;
  file: string;
  of: Record<string, number>;
  total: number;
  shown?: (word: string) => string;
};

function Split({ title, file, of, total, shown = spoken }: SplitProps) {
  const rows = Object.entries(of).sort((one, other) => other[1] - one[1]);
  return (
    <Panel
      title={title}
      aside={rows.length > 0 && <Download name={file} label={title} head={[title.slice(3), "Examples"]} rows={rows} />}
    >
      {rows.length === 0 ? (
        <Empty title="None of them has one." />
      ) : (
        <table className="ledger">
          <tbody>
            {rows.map(([name, count]) => (
              <tr key={name}>
                <td>{shown(name)}</td>
                <td className="right">{whole(count)}</td>
                <td className="right quiet">{percent(total ? count / total : null)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

const SUMMARY = "/api/orchestrator/metrics/summary/download";

/** Files of what was learned. Those of examples are made while they leave, so they may be of any size. */
function Files({ count }: { count: number }) {
  const operator = useMay("operator");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const save = async (body: unknown) => {
    setBusy(true);
    setProblem(null);
    try {
      await saveFile("/api/orchestrator/training/datasets/export", body);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <Panel title="Exports">
      <table className="ledger">
        <tbody>
          {operator && (
            <File name="Examples in use, personal data replaced">
              {(["jsonl", "csv", "parquet"] as const).map((format) => (
                <Button
                  key={format}
                  size="compact-xs"
                  variant="subtle"
                  disabled={count === 0 || busy}
                  aria-label={`Examples as ${KINDS[format]}`}
                  onClick={() => void save({ filters: {}, format, role: "planner" })}
                >
                  {KINDS[format]}
                </Button>
              ))}
            </File>
          )}
          {(["agent", "intent", "channel", "month"] as const).map((by) => (
            <File key={by} name={`Performance by ${by}`}>
              {(["csv", "parquet"] as const).map((format) => (
                <Button
                  key={format}
                  component="a"
                  href={`${SUMMARY}?by=${by}&format=${format}`}
                  download
                  size="compact-xs"
                  variant="subtle"
                  aria-label={`Performance by ${by} as ${KINDS[format]}`}
                >
                  {KINDS[format]}
                </Button>
              ))}
            </File>
          ))}
          <File name="Versions of datasets, in every format">
            <Button component={Link} to="/training/datasets" size="compact-xs" variant="subtle">
              Datasets
            </Button>
          </File>
        </tbody>
      </table>
      {problem && <Trouble error={problem} what="There is no file" />}
    </Panel>
  );
}

const KINDS = { jsonl: "JSON lines", csv: "CSV", parquet: "Parquet" };

const File = ({ name, children }: { name: string; children: ReactNode }) => (
  <tr>
    <td>{name}</td>
    <td className="right">{children}</td>
  </tr>
);
