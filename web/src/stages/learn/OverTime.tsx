/** What came of posts and runs month by month, and how the effect of each pattern changed. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { effectiveness } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { capital, counted, day, money, percent, score, whole } from "../../parts/words";
import bars from "../business/Business.module.css";
import { Charted } from "../business/Charted";
import { Line } from "../business/Line";
import { toldEffect } from "./effects";
import styles from "./Learning.module.css";
import { LeftOut } from "./LeftOut";

type Series = Schemas["MetricByMonth"];
type Over = Schemas["PatternOverTime"];
const month = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });

const AS: Record<Series["metric"], (value: number) => string> = {
  engagement: (value) => score(value, 1),
  quality: (value) => score(value, 3),
  approval: (value) => percent(value),
  refinements: (value) => score(value, 1),
  cost: money,
};

export function OverTime() {
  return (
    <Shown query={useQuery(effectiveness())} rows={8}>
      {(found) => (
        <div className="stack">
          <div className={bars.metrics}>
            {found.series.map((one) => (
              <Monthly key={one.metric} of={one} />
            ))}
          </div>
          <Panel title="Patterns over time" note="what each search estimated, on all data">
            {found.patterns.length === 0 ? (
              <Empty title="No pattern has stood yet.">
                Once one does, each search adds a point, so that a fading effect is seen.
              </Empty>
            ) : (
              found.patterns.map((one) => <Changed key={one.id} of={one} />)
            )}
          </Panel>
          <LeftOut notes={found.notes} />
        </div>
      )}
    </Shown>
  );
}

function Monthly({ of }: { of: Series }) {
  const as = AS[of.metric];
  const known = of.points.filter((point) => point.mean != null);
  const most = of.metric === "approval" || of.metric === "quality" ? 1 : Number.POSITIVE_INFINITY;
  const n = known.reduce((sum, point) => sum + point.n, 0);
  return (
    <Charted
      title={capital(of.metric)}
      unit={of.unit}
      file={`by-month-${of.metric}`}
      head={["Month", "n", "Mean", "From", "To"]}
      rows={known.map((point) => [point.month, point.n, point.mean, point.low, point.high])}
      shown={(value, column) =>
        column === 0
          ? month.format(new Date(String(value)))
          : typeof value !== "number"
            ? "–"
            : column === 1
              ? whole(value)
              : as(value)
      }
      empty={
        of.metric === "engagement"
          ? "Not enough data, 0 scored posts. Import posts with their readings."
          : "Known of no run yet. Ask for something under Tasks; earlier work that was imported seldom says."
      }
    >
      <Line
        dots={known.map((point) => ({
          at: Date.parse(point.month),
          name: month.format(new Date(point.month)),
          value: point.mean ?? 0,
          low: point.low == null ? undefined : Math.max(point.low, 0),
          high: point.high == null ? undefined : Math.min(point.high, most),
        }))}
        as={as}
        axis={as}
        label={capital(of.metric)}
      />
      <p
        className={bars.under}
      >{`${counted(known.length, "month")}, n = ${whole(n)}; the band is the 95% interval, told from 5 on.`}</p>
    </Charted>
  );
}

/** Effects are shown on engagement as times the usual; on scores and approvals they are small enough to be read as they are. */
const own = (of: Over, effect: number) => (of.metric === "engagement" ? Math.exp(effect) : effect);

function Changed({ of }: { of: Over }) {
  const told = (value: number) => toldEffect(of.metric === "engagement" ? "engagement" : "quality", value);
  const dots = of.points
    .filter((point) => point.effect != null)
    .map((point) => ({
      at: Date.parse(point.as_of),
      name: day(point.as_of),
      value: own(of, point.effect ?? 0),
      low: point.low == null ? undefined : own(of, point.low),
      high: point.high == null ? undefined : own(of, point.high),
    }));
  return (
    <div className={styles.above}>
      <p className={styles.claim} style={{ margin: 0 }}>
        {of.sentence}
      </p>
      <p className="quiet">{`${of.state === "active" ? "Stands" : capital(of.state)}; ${counted(dots.length, "estimate")}${of.metric === "engagement" ? ", times the usual" : ", on the logarithm of one more than the metric"}.`}</p>
      {dots.length > 0 && <Line dots={dots} as={told} axis={told} label="Effect over time" height={110} />}
    </div>
  );
}
