/** Whether texts that scored higher did better with readers. */
import { Select } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { qualityAgainstEngagement } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { chance, channelName, counted, day, score, whole } from "../../parts/words";
import { Charted } from "../business/Charted";
import { thin } from "../business/figures";
import { Claim } from "../business/Platforms";
import { Judges } from "./Judges";
import type { Go, Search } from "./Learning";
import styles from "./Learning.module.css";
import { LeftOut } from "./LeftOut";

type Found = Schemas["QualityAgainstEngagement"];
type Point = Schemas["QualityPoint"];

export function Quality({ search, set }: { search: Search; set: Go }) {
  return (
    <Shown query={useQuery(qualityAgainstEngagement())} rows={8}>
      {(found) => (
        <div className="stack">
          <Panel title="Does a better score bring more?" note="posts are compared within their channel">
            {found.status === "ok" ? (
              <>
                <p className={styles.say}>{found.sentence}</p>
                <Together found={found} />
              </>
            ) : (
              <Empty title={`${thin(found.n, found.needed)} posts.`}>
                A post counts here when the product wrote and judged its text and it has a reading at 72 hours or later.
                Publish more, and bring their readings in.
              </Empty>
            )}
          </Panel>
          <Scatter points={found.points} n={found.n} search={search} set={set} />
          {found.bins.some((one) => one.n > 0) && <Bins found={found} />}
          <Judges />
          <LeftOut notes={found.notes} />
        </div>
      )}
    </Shown>
  );
}

function Together({ found }: { found: Found }) {
  const rows: [string, Schemas["Correlation"]][] = [
    ["Every channel", found.overall],
    ...found.channels.map((one): [string, Schemas["Correlation"]] => [channelName(one.channel), one.correlation]),
  ];
  return (
    <table className={`ledger stacked ${styles.named}`}>
      <thead>
        <tr>
          <th>Channel</th>
          <th>Correlation</th>
          <th className="right">n</th>
          <th className="right">q</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, one]) => (
          <tr key={name}>
            <td>{name}</td>
            <td>
              {one.pearson == null || one.low == null || one.high == null ? (
                <span className="quiet">{thin(one.n, one.needed ?? 8)}</span>
              ) : (
                <span className="row">
                  <Interval
                    estimate={one.pearson}
                    low={one.low}
                    high={one.high}
                    min={-1}
                    max={1}
                    reference={0}
                    label={`${name}: ${score(one.pearson)}, ${score(one.low)} to ${score(one.high)}`}
                  />
                  <b>{score(one.pearson)}</b>
                  <span className="quiet">{`${score(one.low)} to ${score(one.high)}`}</span>
                </span>
              )}
            </td>
            <td className="right" data-name="n">
              {whole(one.n)}
            </td>
            <td className="right" data-name="q">
              {chance(one.q)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Bins({ found }: { found: Found }) {
  const known = found.bins.map((one) => one.engagement).filter((one) => one != null);
  const on = { min: Math.min(1, ...known.map((one) => one.low)), max: Math.max(1, ...known.map((one) => one.high)) };
  return (
    <Panel title="By score" note="engagement against the channel's usual one; the dashed line is usual">
      <table className={`ledger stacked ${styles.named}`}>
        <thead>
          <tr>
            <th>Score</th>
            <th>Engagement</th>
            <th className="right">Posts</th>
          </tr>
        </thead>
        <tbody>
          {found.bins.map((one) => (
            <tr key={one.low}>
              <td>{`${score(one.low)} to ${score(one.high)}`}</td>
              <td>
                <Claim
                  name={`Engagement of scores ${score(one.low)} to ${score(one.high)}`}
                  of={one.engagement}
                  estimate={null}
                  n={one.n}
                  on={on}
                  usual={1}
                  as={(value) => `${score(value)}×`}
                />
              </td>
              <td className="right" data-name="Posts">
                {whole(one.n)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Scatter({ points, n, search, set }: { points: Point[]; n: number; search: Search; set: Go }) {
  const channels = [...new Set(points.map((one) => one.channel))].sort();
  const mine = points.filter((one) => !search.channel || one.channel === search.channel);
  return (
    <Charted
      title="Every post"
      unit={
        <>
          {points.length < n
            ? `${counted(mine.length, "post")} among the newest ${whole(points.length)} of ${whole(n)}`
            : counted(mine.length, "post")}
          {channels.length > 1 && (
            <Select
              aria-label="Channel"
              size="xs"
              w={150}
              placeholder="Every channel"
              clearable
              value={search.channel ?? null}
              data={channels.map((value) => ({ value, label: channelName(value) }))}
              onChange={(value) => set({ channel: value ?? undefined })}
            />
          )}
        </>
      }
      file="quality-against-engagement"
      head={["Post", "Channel", "Published", "Quality", "Engagement"]}
      rows={mine.map((one) => [one.post_id, one.channel, one.at, one.quality, one.engagement])}
      shown={(value, column) =>
        column === 0 ? (
          <a href={`/business?tab=posts&post=${String(value)}`}>{String(value).slice(-6)}</a>
        ) : column === 1 ? (
          channelName(String(value))
        ) : column === 2 ? (
          day(String(value))
        ) : column === 3 ? (
          score(Number(value), 3)
        ) : (
          whole(Number(value))
        )
      }
      empty="0 posts whose text was judged have a reading at 72 hours or later."
    >
      <Plot points={mine} />
    </Charted>
  );
}

const LEFT = 56;
const BOTTOM = 38;
const TOP = 12;
const HEIGHT = 280;

function Plot({ points }: { points: Point[] }) {
  const { ref, width: measured } = useElementSize();
  const width = Math.max(measured || 320, 240);
  const low = Math.min(...points.map((one) => one.quality), 0.7);
  const most = Math.max(...points.map((one) => one.engagement), 9);
  const x = (quality: number) => LEFT + ((quality - low) / (1 - low || 1)) * (width - LEFT - 14);
  const y = (engagement: number) => TOP + (1 - Math.log1p(engagement) / Math.log1p(most)) * (HEIGHT - TOP - BOTTOM);
  const steps = [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].filter((one) => one <= most);
  return (
    <div ref={ref} className={styles.plot}>
      <svg
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={`Quality against engagement of ${counted(points.length, "post")}; the table has each`}
      >
        {steps.map((step) => (
          <g key={step}>
            <path d={`M${LEFT} ${y(step)}H${width - 14}`} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
              {whole(step)}
            </text>
          </g>
        ))}
        {[low, (low + 1) / 2, 1].map((step) => (
          <text key={step} x={x(step)} y={HEIGHT - 22} textAnchor={step === 1 ? "end" : "middle"}>
            {score(step)}
          </text>
        ))}
        <text x={(LEFT + width) / 2} y={HEIGHT - 5} textAnchor="middle">
          quality; up: clicks, shares and comments
        </text>
        {points.map((one) => (
          <circle
            key={one.post_id}
            cx={x(one.quality)}
            cy={y(one.engagement)}
            r="3.5"
            fill="var(--c1)"
            fillOpacity=".45"
          >
            <title>{`${channelName(one.channel)}, ${day(one.at)}: quality ${score(one.quality, 3)}, engagement ${whole(one.engagement)}`}</title>
          </circle>
        ))}
      </svg>
    </div>
  );
}
