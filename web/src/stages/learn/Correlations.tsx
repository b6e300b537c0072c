/** Which figures go together: a matrix a kind of row, each cell with its n; the whole of it one click away. */
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { goTogether } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { chance, counted, score, spoken, whole } from "../../parts/words";
import { Charted } from "../business/Charted";
import { thin } from "../business/figures";
import { gridOf } from "./effects";
import styles from "./Learning.module.css";

type Pair = Schemas["Correlation"];
const OVER: [string, string, string][] = [
  ["posts", "Posts", "each post counts once"],
  ["runs", "Runs", "each of our own runs counts once"],
  ["months", "Months", "corrected for what neighbouring months share"],
];

export function Correlations() {
  return (
    <Shown query={useQuery(goTogether())} rows={10}>
      {(found) => (
        <div className="stack">
          {found.status !== "ok" && (
            <Panel title="What goes together">
              <Empty title="Not enough data.">
                {`${counted(found.posts, "post")}, ${counted(found.runs, "run")} and ${counted(found.months, "month")} are known; a pair of figures needs 8 of one kind that have both. Import posts with readings and financial metrics, or let the product run.`}
              </Empty>
            </Panel>
          )}
          {OVER.map(([over, title, unit]) => (
            <Matrix
              key={over}
              title={title}
              unit={`${unit}; q corrects for all ${whole(found.tested)} pairs`}
              pairs={found.correlations.filter((one) => one.over === over)}
            />
          ))}
          {found.notes.length > 0 && (
            <p className="quiet">{`${found.notes.join(" ")} None of it says why figures go together.`}</p>
          )}
        </div>
      )}
    </Shown>
  );
}

const HEAD = ["One", "Other", "Correlation", "From", "To", "n", "Worth", "By ranks", "p", "q", "Status"];

function Matrix({ title, unit, pairs }: { title: string; unit: string; pairs: Pair[] }) {
  const [chosen, setChosen] = useState<Pair>();
  const narrow = useMediaQuery("(max-width: 720px)", false);
  const grid = gridOf(pairs, (one) => one.pearson != null, narrow);
  const placed = grid.down.flatMap((row) => grid.across.flatMap((column) => grid.at(row, column) ?? [])).length;
  const left = pairs.length - placed;
  if (pairs.length === 0) return null;
  return (
    <Charted
      title={title}
      unit={unit}
      file={`correlations-${title.toLowerCase()}`}
      empty=""
      head={HEAD}
      rows={pairs.map((one) => [
        one.first,
        one.second,
        one.pearson,
        one.low,
        one.high,
        one.n,
        one.effective_n,
        one.spearman,
        one.p,
        one.q,
        one.status,
      ])}
      shown={(value, column) =>
        value == null
          ? "–"
          : typeof value !== "number"
            ? column < 2
              ? spoken(String(value))
              : value
            : column === 5
              ? whole(value)
              : column === 6
                ? score(value, 1)
                : column > 7
                  ? chance(value)
                  : score(value)
      }
    >
      {placed > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label={`${title}, as a matrix`}>
          <table className={styles.matrix}>
            <thead>
              <tr>
                <td />
                {grid.across.map((name) => (
                  <th key={name} scope="col">
                    <span>{spoken(name)}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {grid.down.map((row) => (
                <tr key={row}>
                  <th scope="row">{spoken(row)}</th>
                  {grid.across.map((column) => {
                    const pair = grid.at(row, column);
                    return (
                      <td key={column}>
                        {pair && <Cell of={pair} chosen={pair === chosen} choose={() => setChosen(pair)} />}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <div className={styles.above} aria-live="polite">
        {chosen ? (
          <Told of={chosen} />
        ) : (
          <span className="quiet">
            {[
              placed > 0 && "In a cell: the correlation, and n under it. Choose one for its interval and q.",
              left > 0 &&
                `${counted(left, placed > 0 ? "more pair" : "pair")} ${left === 1 ? "has" : "have"} no figure yet; the table says why.`,
            ]
              .filter(Boolean)
              .join(" ")}
          </span>
        )}
      </div>
    </Charted>
  );
}

/** Why a pair has no figure. */
const missing = (of: Pair) =>
  of.n < (of.needed ?? 8)
    ? thin(of.n, of.needed ?? 8)
    : of.effective_n != null && of.effective_n < (of.needed ?? 8)
      ? `Not enough data, n = ${whole(of.n)} is worth ${score(of.effective_n, 1)} of ${whole(of.needed ?? 8)}`
      : `${(of.constant ?? []).map(spoken).join(" and ") || "one of them"} never varied, n = ${whole(of.n)}`;

const MOST = 34; // percent of colour; more would leave too little contrast

function Cell({ of, chosen, choose }: { of: Pair; chosen: boolean; choose: () => void }) {
  const r = of.pearson;
  const clear = of.q != null && of.q <= 0.05;
  const tone = (r ?? 0) < 0 ? "var(--c2)" : "var(--c1)";
  return (
    <button
      type="button"
      className={styles.cell}
      aria-pressed={chosen}
      onClick={choose}
      style={{
        background:
          r == null ? "var(--bar)" : `color-mix(in srgb, ${tone} ${Math.round(Math.abs(r) * MOST)}%, var(--surface))`,
      }}
    >
      <span className="unseen">{`${spoken(of.first)} and ${spoken(of.second)}: `}</span>
      {r == null ? <span>–</span> : clear ? <b>{score(r)}</b> : <span>{score(r)}</span>}
      <small>
        <span className="unseen">, n = </span>
        {whole(of.n)}
      </small>
      <span className="unseen">{r == null ? missing(of) : `q ${chance(of.q)}`}</span>
    </button>
  );
}

function Told({ of }: { of: Pair }) {
  if (of.pearson == null || of.low == null || of.high == null)
    return <span>{`${spoken(of.first)} and ${spoken(of.second)}: ${missing(of)}.`}</span>;
  return (
    <div className="stack" style={{ gap: 6 }}>
      <span className={styles.claim}>{of.sentence}</span>
      <span className="row">
        <Interval
          estimate={of.pearson}
          low={of.low}
          high={of.high}
          min={-1}
          max={1}
          reference={0}
          label={`${score(of.pearson)}, ${score(of.low)} to ${score(of.high)}`}
        />
        <span>
          <b>{score(of.pearson)}</b>{" "}
          <span className="quiet">
            {`${score(of.low)} to ${score(of.high)}; n = ${whole(of.n)}${of.effective_n == null ? "" : `, worth ${score(of.effective_n, 1)}`}; q ${chance(of.q)}`}
          </span>
        </span>
      </span>
    </div>
  );
}
