/** Who performs: each voice's followers for 1,000 impressions with its interval, and how likely it is drawn. */
import { Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../api/me";
import type { Voice, Voices } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { channelName, counted, score, whole } from "../../parts/words";
import { thin } from "../business/figures";
import styles from "./Personas.module.css";
import { SetVoice } from "./SetVoice";
import { bandOf, chance, LEAST_POSTS, setBy, uncounted, unscored } from "./told";

type Props = { query: UseQueryResult<Voices>; days: number; channel?: string; topic?: string };

export function Performers({ query, days, channel, topic }: Props) {
  const [setting, setSetting] = useState<Voice | null>(null);
  const approver = useMay("approver");
  const all = query.data?.items ?? [];
  return (
    <Panel
      title="Who performs"
      note="F/1K: followers gained for 1,000 impressions, with 95% interval"
      aside={query.data && `policy ${query.data.policy}, mode ${query.data.mode}`}
    >
      <Shown query={query} rows={12}>
        {() => (
          <>
            <Summary all={all} days={days} channel={channel} topic={topic} />
            {query.data && query.data.uncounted.length > 0 && (
              <p className={styles.under}>{uncounted(query.data.uncounted.map(channelName))}</p>
            )}
            <div className={styles.across}>
              <table className={`ledger stacked ${styles.voices}`} aria-label="Voices">
                <thead>
                  <tr>
                    <th>Voice</th>
                    <th className={styles.wide}>F/1K</th>
                    <th>Band</th>
                    <th className="right">Posts</th>
                    <th className="right">Followers</th>
                    <th>Drawn with</th>
                    {approver && (
                      <th>
                        <span className="unseen">Set</span>
                      </th>
                    )}
                  </tr>
                </thead>
                <tbody>
                  {all.map((one) => (
                    <Row key={one.id} one={one} all={all} set={approver ? () => setSetting(one) : undefined} />
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </Shown>
      {setting && (
        <SetVoice
          key={setting.id}
          voice={setting}
          fresh={all.find((one) => one.id === setting.id) ?? setting}
          close={() => setSetting(null)}
        />
      )}
    </Panel>
  );
}

/** What all voices came to together; where that is nothing, what is missing. */
function Summary({ all, days, channel, topic }: { all: Voice[]; days: number; channel?: string; topic?: string }) {
  const posts = all.reduce((sum, one) => sum + one.posts, 0);
  const waiting = all.reduce((sum, one) => sum + one.waiting, 0);
  const early = all.reduce((sum, one) => sum + one.early, 0);
  const where = `${channel ? ` on ${channelName(channel)}` : ""}${topic ? ` about ${topic}` : ""}`;
  if (posts === 0)
    return (
      <div className={styles.summary}>
        <p>
          <b>{`Not enough data: no post was scored in ${days} days${where}.`}</b>
          {waiting > 0 && ` ${counted(waiting, "post")} wait for a reading or a count.`}
          {early > 0 && ` ${unscored(early)}.`}
        </p>
        <p className="quiet">
          A post is scored by a reading of its impressions, 72 hours old or more, and counts of followers before it and
          after that.{" "}
          <Link to="/business" search={{ tab: "imports", new: "file" } as never}>
            Bring readings in
          </Link>
          , or type a count of followers below.
        </p>
      </div>
    );
  const per = perThousand(all);
  return (
    <div className={styles.summary}>
      <p>
        {`${counted(posts, "post")} in ${days} days${where}, ${score(gained(all), 0)} followers gained, ${score(per, 1)} for 1,000 impressions`}
        {waiting > 0 && <span className="quiet">{`; ${counted(waiting, "post")} wait`}</span>}
        {early > 0 && <span className="quiet">{`; ${unscored(early)}`}</span>}
      </p>
    </div>
  );
}

const gained = (all: Voice[]) => all.reduce((sum, one) => sum + one.followers, 0);
function perThousand(all: Voice[]): number | undefined {
  const seen = all.reduce((sum, one) => sum + one.impressions, 0);
  return seen > 0 ? (1000 * gained(all)) / seen : undefined;
}

function Row({ one, all, set }: { one: Voice; all: Voice[]; set?: () => void }) {
  const most = Math.max(0.01, ...all.map((each) => each.probability));
  const by = setBy(one);
  return (
    <tr>
      <td>
        <span className={styles.name}>{one.name}</span>
        {by && (
          <span className={styles.tag} title={[one.reason, one.note].filter(Boolean).join(" ") || undefined}>
            {by}
          </span>
        )}
      </td>
      <td className={styles.wide}>
        <Measured one={one} all={all} />
      </td>
      <td className={one.posts >= LEAST_POSTS ? styles.sure : `quiet ${styles.band}`}>{bandOf(one)}</td>
      <td className="right" data-name="Posts">
        {whole(one.posts)}
        {one.waiting > 0 && <span className={`quiet ${styles.wait}`}>{`+${whole(one.waiting)} wait`}</span>}
      </td>
      <td className="right" data-name="Followers">
        {one.posts > 0 ? score(one.followers, 1) : "–"}
      </td>
      <td data-name="Drawn with">
        <span className={styles.drawn}>
          <span>{chance(one.probability)}</span>
          <span className={styles.meter} aria-hidden="true">
            <i style={{ width: `${(100 * one.probability) / most}%` }} />
          </span>
        </span>
      </td>
      {set && (
        <td className="right">
          <Button size="compact-xs" aria-label={`Set ${one.name}`} onClick={set}>
            Set
          </Button>
        </td>
      )}
    </tr>
  );
}

function Measured({ one, all }: { one: Voice; all: Voice[] }) {
  if (one.per_1k === null || one.low === null || one.high === null)
    return (
      <span className={styles.claim}>
        {one.per_1k !== null && <b>{score(one.per_1k, 1)}</b>}
        <span className={`quiet ${styles.thin}`}>{thin(one.posts, LEAST_POSTS)}</span>
      </span>
    );
  const bounds = all.flatMap((each) => (each.low !== null && each.high !== null ? [each.low, each.high] : []));
  const told = `${score(one.low, 1)} to ${score(one.high, 1)}`;
  return (
    <span className={styles.claim}>
      <b>{score(one.per_1k, 1)}</b>
      <Interval
        estimate={one.per_1k}
        low={one.low}
        high={one.high}
        min={Math.min(0, ...bounds)}
        max={Math.max(1, ...bounds)}
        width={110}
        reference={perThousand(all)}
        label={`F/1K of ${one.name}: ${score(one.per_1k, 1)}, ${told}, n = ${whole(one.posts)}`}
      />
      <span className="quiet">{told}</span>
    </span>
  );
}
