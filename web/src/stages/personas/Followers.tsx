/** The books of followers: what was counted of each channel is what posts gained and what is nobody's, together. */
import { Autocomplete, Button, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client } from "../../api/client";
import { useMay } from "../../api/me";
import { followerBooks } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { channelName, counted, day, score, whole } from "../../parts/words";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import { CountField } from "./CountField";
import { Counts } from "./Counts";
import styles from "./Personas.module.css";

export function Followers({ channels }: { channels: string[] }) {
  const query = useQuery(followerBooks());
  const operator = useMay("operator");
  return (
    <Panel title="Followers" note="counted = gained by posts + nobody's">
      <Shown query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No two counts of a channel yet.">
              What was gained between two counts is divided among the posts that were seen in between. Counts come with
              readings (column followers) or are typed here.
            </Empty>
          ) : (
            <table className={`ledger stacked ${styles.voices}`} aria-label="Books of followers">
              <thead>
                <tr>
                  <th>Channel</th>
                  <th>Between</th>
                  <th className="right">Counted</th>
                  <th className="right">By posts</th>
                  <th className="right">Nobody's</th>
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={one.platform}>
                    <td>{channelName(one.platform)}</td>
                    <td className="quiet">{`${day(one.since)} to ${day(one.until)}`}</td>
                    <td className="right" data-name="Counted">
                      {signed(one.counted, whole)}
                    </td>
                    <td className="right" data-name="By posts">
                      {signed(Number(one.credited), (value) => score(value, 1))}
                    </td>
                    <td className="right" data-name="Nobody's">
                      {signed(Number(one.background), (value) => score(value, 1))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
      <Counts operator={operator} />
      {operator && <CountNow channels={channels} />}
    </Panel>
  );
}

const signed = (value: number, as: (value: number) => string) => `${value > 0 ? "+" : ""}${as(value)}`;

function CountNow({ channels }: { channels: string[] }) {
  const [platform, setPlatform] = useState("");
  const [count, setCount] = useState<number | string>("");
  const [at, setAt] = useState("");
  const { busy, problem, act } = useVoiceAct();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const chosen = channels.find((one) => channelName(one) === platform.trim()) ?? platform.trim();
    const body = {
      platform: chosen,
      count: Number(count),
      counted_at: at ? new Date(at).toISOString() : undefined,
    };
    const done = await act(() => ask(client.POST("/api/personas/followers", { body })));
    if (!done) return;
    const kept = done.items.some((one) => one.platform === chosen);
    const then = done.doubt ?? (kept ? "" : "The books begin with a second count.");
    notifications.show({
      message: `${counted(Number(count), "follower")} of ${channelName(chosen)} written down. ${then}`.trim(),
      autoClose: done.doubt ? false : undefined,
    });
    setCount("");
    setAt("");
  };
  return (
    <form className={styles.count} aria-label="Count followers" onSubmit={(event) => void save(event)}>
      <Autocomplete
        label="Channel"
        placeholder="LinkedIn"
        value={platform}
        onChange={setPlatform}
        data={[...new Set(channels.map(channelName))]}
        required
        error={problem?.of("platform")}
      />
      <CountField value={count} set={setCount} error={problem?.of("count")} />
      <TextInput
        label="Counted at"
        type="datetime-local"
        aria-description="Empty means now"
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
        error={problem?.of("counted_at")}
      />
      <Button type="submit" loading={busy}>
        Write down
      </Button>
      <p className="quiet">Without a time it counts from now.</p>
      <Said problem={problem} known={["platform", "count", "counted_at"]} />
    </form>
  );
}
