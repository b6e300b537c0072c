/** Another policy replayed on the log: what it would have gained, with its interval, and what it would draw from now. */
import { SegmentedControl, Select } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client } from "../../api/client";
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { Loading, Trouble } from "../../parts/Rest";
import { counted, score, whole } from "../../parts/words";
import styles from "./Personas.module.css";
import { chance, points, share, unlike } from "./told";

const SPANS = ["30", "90", "180"];
const MOST = 6;

const whatIf = (policy: string, days: number, channel?: string) =>
  queryOptions({
    queryKey: ["personas", "what-if", policy, days, channel ?? ""],
    queryFn: () => ask(client.GET("/api/personas/what-if", { params: { query: { policy, days, channel } } })),
    staleTime: 60_000, // a replay of a year is some seconds of work
  });

type Props = { policies: string[]; names: Record<string, string>; channel?: string };

export function WhatIf({ policies, names, channel }: Props) {
  const [policy, setPolicy] = useState<string | null>(null);
  const [days, setDays] = useState("90");
  return (
    <Panel title="What if" note="another policy on the posts of the past; nothing is changed">
      <div className={styles.summary}>
        <div className="row">
          <Select
            aria-label="Policy to replay"
            placeholder="Choose a policy"
            value={policy}
            data={policies.map((value) => ({ value, label: value.replaceAll("_", " ") }))}
            onChange={setPolicy}
          />
          <SegmentedControl
            aria-label="Posts of how many days"
            size="xs"
            value={days}
            data={SPANS.map((value) => ({ value, label: `${value} days` }))}
            onChange={setDays}
          />
        </div>
      </div>
      {policy ? (
        <Replayed policy={policy} days={Number(days)} channel={channel} names={names} />
      ) : (
        <p className={styles.none}>
          Each past post counts by how much rather the policy would have drawn its voice, knowing what was known then.
        </p>
      )}
    </Panel>
  );
}

type Asked = { policy: string; days: number; channel?: string; names: Record<string, string> };

function Replayed({ policy, days, channel, names }: Asked) {
  const query = useQuery(whatIf(policy, days, channel));
  if (query.isPending) return <Loading rows={4} />;
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const found = query.data;
  const most = unlike(found.voices, MOST);
  const rest = found.voices.length - most.length;
  const caption = `How likely each voice is drawn now, and by ${policy.replaceAll("_", " ")}`;
  return (
    <div className={styles.summary}>
      <p>
        <b>{found.told}</b>
      </p>
      <Facts
        rows={[
          ["Posts", `${whole(found.posts)}, worth ${score(found.effective_n, 0)} draws of it`],
          found.enough && [
            "Followers a post",
            `${score(found.logged, 2)} as it was, ${score(found.replayed, 2)} by it`,
          ],
          found.enough && ["Gain", `${share(found.gain)}, 95% between ${share(found.low)} and ${share(found.high)}`],
        ]}
      />
      <p className="quiet" aria-hidden="true">
        {caption}
      </p>
      <ul className={styles.changes} aria-label={caption}>
        {most.map((one) => (
          <li key={one.persona}>
            <b>{names[one.persona] ?? one.persona}</b>
            <span>
              {chance(one.now)} <span aria-hidden="true">→</span>
              <span className="unseen">to</span> <b>{chance(one.would)}</b>
            </span>
            <span className="quiet">{points(one.would - one.now)}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="quiet">{`${counted(rest, "more voice")} would change less.`}</p>}
    </div>
  );
}
