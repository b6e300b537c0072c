/** A benchmark's figures side by side, the difference to what it has to beat, and the same by slice. */
import { Select } from "@mantine/core";
import { useState } from "react";
import type { ModelBenchmark } from "../../../api/queries";
import { Interval } from "../../../parts/Interval";
import { Panel } from "../../../parts/Panel";
import { counted, percent, score, spoken, when, whole } from "../../../parts/words";
import { brief } from "./Models";
import styles from "./Models.module.css";
import {
  partsOf,
  partWord,
  type Results,
  resultsOf,
  type Span,
  scaleOf,
  shown,
  sideBySide,
  spanOf,
  spanWords,
} from "./told";

export function Compared({ benches, first }: { benches: ModelBenchmark[]; first: ModelBenchmark | null }) {
  const [picked, setPicked] = useState<string | null>(null);
  const ended = benches.filter((one) => one.results);
  const bench = ended.find((one) => one.id === picked) ?? first ?? ended[0];
  const results = bench ? resultsOf(bench) : null;
  if (!bench || !results) return null;
  return (
    <>
      <Panel
        title="Side by side"
        note={`${counted(results.lines, "held-out line")}${results.learned_from ? `, ${whole(results.learned_from)} it had learned from left out` : ""}`}
        aside={
          ended.length > 1 && (
            <Select
              size="xs"
              aria-label="Which comparison"
              allowDeselect={false}
              value={bench.id}
              data={ended.map((one) => ({ value: one.id, label: when(one.created_at) }))}
              onChange={setPicked}
            />
          )
        }
      >
        <Figures bench={bench} results={results} />
        {results.judge && (
          <p className="quiet" style={{ padding: "4px 16px 12px" }}>
            {`A configured model preferred its texts in ${percent(results.judge.preferred)} of ${whole(results.judge.n)} pairs, ${percent(results.judge.low)} to ${percent(results.judge.high)}; half is no difference.`}
          </p>
        )}
      </Panel>
      {results.slices.length > 0 && (
        <Panel title="By slice" note={`difference of the score to: ${partWord(results.against).toLowerCase()}`}>
          <Slices results={results} />
        </Panel>
      )}
    </>
  );
}

function Figures({ bench, results }: { bench: ModelBenchmark; results: Results }) {
  const parts = partsOf(results);
  const rows = sideBySide(results);
  const named = bench.contenders as Record<string, { name?: string } | undefined>;
  const scale = scaleOf(rows.flatMap((row) => spanOf(results, row.key) ?? []));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label="Figures side by side">
      <table className={`ledger stacked ${styles.figures}`}>
        <thead>
          <tr>
            <th>Figure</th>
            {parts.map((part) => (
              <th key={part} className="right" title={named[part]?.name}>
                {partWord(part)}
              </th>
            ))}
            <th>{`Difference to: ${partWord(results.against).toLowerCase()}`}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const span = spanOf(results, row.key);
            return (
              <tr key={row.key}>
                <td>{row.name}</td>
                {row.values.map((value, place) => (
                  <td key={parts[place]} className="right" data-name={partWord(parts[place] ?? "")}>
                    {shown(value, row.as, brief)}
                  </td>
                ))}
                <td>{span ? <Differs of={span} scale={scale} /> : ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Differs({ of, scale }: { of: Span; scale: number }) {
  return (
    <span className={styles.claim}>
      <Interval
        estimate={of.difference}
        low={of.low}
        high={of.high}
        min={-scale}
        max={scale}
        reference={0}
        thin={of.low === null}
        label={`Difference: ${spanWords(of)}`}
        width={104}
      />
      {spanWords(of)}
    </span>
  );
}

function Slices({ results }: { results: Results }) {
  const scale = scaleOf(results.slices);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label="The difference by slice">
      <table className={`ledger stacked ${styles.figures}`}>
        <thead>
          <tr>
            <th>Slice</th>
            <th className="right">This model</th>
            <th>Difference</th>
          </tr>
        </thead>
        <tbody>
          {results.slices.map((one) => (
            <tr key={`${one.by} ${one.slice}`}>
              <td>{`${spoken(one.by)}: ${one.by === "intent" ? spoken(one.slice).toLowerCase() : one.slice}`}</td>
              <td className="right" data-name="This model">
                {score(one.candidate, 3)}
              </td>
              <td>
                <Differs of={one} scale={scale} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
