/** Whether it may take over: the gate's sentence with its interval, how far a benchmark is, and what is missing. */
import { Button, Progress } from "@mantine/core";
import { useState } from "react";
import { askIn, client } from "../../../api/client";
import { useMay } from "../../../api/me";
import type { ModelBenchmark, ModelRole, TunedModel } from "../../../api/queries";
import { Interval } from "../../../parts/Interval";
import { Panel } from "../../../parts/Panel";
import { Trouble } from "../../../parts/Rest";
import { Status } from "../../../parts/Status";
import { ago, visible, whole } from "../../../parts/words";
import { useAct } from "../jobs/acting";
import { Bench } from "./Bench";
import styles from "./Models.module.css";
import { besideGate, type Gate as GateRecord, gateOf, minus, scaleOf, spanWords } from "./told";

type Props = {
  of: TunedModel;
  role: ModelRole;
  benches: ModelBenchmark[];
  bench: ModelBenchmark | null;
};

const verdict = ({ passed, rule }: GateRecord) => (passed ? "Passed" : rule === "look" ? "A look" : "Not passed");

export function Gate({ of, role, benches, bench }: Props) {
  const operator = useMay("operator");
  const [asking, setAsking] = useState(false);
  const running = benches.find((one) => one.state === "running");
  const failed = benches[0]?.state === "failed" ? benches[0] : null;
  const gate = gateOf(bench?.gate);
  const uses = role.active ? role.active.label : "the configured models";
  return (
    <Panel
      title="The gate"
      note={bench?.finished_at ? `compared ${ago(bench.finished_at)}` : undefined}
      aside={
        operator &&
        of.state === "ready" &&
        !running && (
          <Button size="compact-sm" onClick={() => setAsking(true)}>
            {bench ? "Compare again" : "Compare"}
          </Button>
        )
      }
      pad
    >
      <div className="stack" style={{ gap: 12 }}>
        {gate ? (
          <>
            <p className={styles.said}>{minus(gate.words)}</p>
            <div className={styles.verdict}>
              <Status status={gate.passed ? "done" : "cancelled"} word={verdict(gate)} />
              <span className={styles.claim}>
                <Interval
                  estimate={gate.difference}
                  low={gate.low}
                  high={gate.high}
                  min={-scaleOf([gate])}
                  max={scaleOf([gate])}
                  reference={0}
                  thin={gate.low === null}
                  label={`Difference of the score: ${spanWords(gate)}`}
                />
                <span>{spanWords(gate)}</span>
              </span>
              <span className="quiet">{`It wants ${whole(gate.minimum)} lines; the score goes from 0 to 1.`}</span>
            </div>
            {["slice_worse", "worse", "not_shown"].includes(gate.rule) && (
              <p className="quiet">
                {
                  "What did not pass is outdone by twice as many lines, or by all lines of the same hold-out where those are more. Comparing again until it passes shows nothing."
                }
              </p>
            )}
            {besideGate(of).map((words) => (
              <p key={words} className="quiet">
                {words}
              </p>
            ))}
          </>
        ) : (
          !running && (
            <p style={{ margin: 0 }}>
              {`It was not compared yet. On lines that it has not seen it is asked beside ${uses}, its base where that answers, and the built-in one.`}
            </p>
          )
        )}
        {running && <Running of={running} />}
        {failed && !running && (
          <Trouble
            error={new Error(visible(String(failed.problem?.detail ?? failed.problem?.title ?? "")))}
            what="The last comparison did not come to its end"
          />
        )}
      </div>
      {asking && <Bench of={of} close={() => setAsking(false)} />}
    </Panel>
  );
}

function Running({ of }: { of: ModelBenchmark }) {
  const operator = useMay("operator");
  const { busy, problem, act } = useAct("models");
  const { done, total } = of.progress as { done?: number; total?: number | null };
  const cancel = () =>
    act("cancel", () =>
      askIn(
        client.POST("/api/orchestrator/models/benchmark/{benchmark_id}/cancel", {
          params: { path: { benchmark_id: of.id } },
        }),
      ),
    );
  return (
    <div className="stack" style={{ gap: 8 }} role="status">
      <div className="row">
        <Status status="running" word="Being compared" />
        <span className="quiet">{total ? `${whole(done)} of ${whole(total)} answers` : "The lines are read."}</span>
        <span className="space" />
        {operator && (
          <Button size="compact-sm" loading={busy !== null} onClick={() => void cancel()}>
            Stop it
          </Button>
        )}
      </div>
      <Progress value={total ? (100 * (done ?? 0)) / total : 0} aria-label="How far the comparison is" />
      {problem && <Trouble error={problem} what="It was not stopped" />}
    </div>
  );
}
