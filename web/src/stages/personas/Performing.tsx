/** What each voice brings, how likely it is drawn, and how that was learnt. */
import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/me";
import { personas, platformBaselines } from "../../api/queries";
import { channelName } from "../../parts/words";
import { Flags } from "./Flags";
import { Followers } from "./Followers";
import { LookNow } from "./LookNow";
import { Performers } from "./Performers";
import type { Go, Search } from "./Personas";
import styles from "./Personas.module.css";
import { Proposal } from "./Proposal";
import { Runs } from "./Runs";
import { Weights } from "./Weights";

const WINDOWS = ["7", "28", "90"];
const CHANNELS = ["linkedin", "x", "facebook"];

const daysOf = (search: Search) => (WINDOWS.includes(search.days ?? "") ? Number(search.days) : 7);

function useChannels(search: Search): string[] {
  const known = Object.keys(useQuery(platformBaselines()).data ?? {});
  return [...new Set([...CHANNELS, ...known, ...(search.channel ? [search.channel] : [])])];
}

function useVoices(search: Search) {
  const voices = useQuery(personas(daysOf(search), search.channel, search.topic));
  const names = Object.fromEntries((voices.data?.items ?? []).map((one) => [one.id, one.name]));
  return { voices, names };
}

export function PerformingHead({ search, set }: { search: Search; set: Go }) {
  const approver = useMay("approver");
  const { voices, names } = useVoices(search);
  const channels = useChannels(search);
  const topics = [...new Set([...(voices.data?.topics ?? []), ...(search.topic ? [search.topic] : [])])];
  return (
    <>
      <Select
        aria-label="Channel"
        placeholder="Every channel"
        clearable
        w={160}
        value={search.channel ?? null}
        data={channels.map((value) => ({ value, label: channelName(value) }))}
        onChange={(value) => set({ channel: value ?? undefined })}
      />
      {topics.length > 0 && (
        <Select
          aria-label="Topic"
          placeholder="Every topic"
          clearable
          searchable
          w={160}
          value={search.topic ?? null}
          data={topics}
          onChange={(value) => set({ topic: value ?? undefined })}
        />
      )}
      <SegmentedControl
        aria-label="How far back"
        size="xs"
        value={String(daysOf(search))}
        data={WINDOWS.map((value) => ({ value, label: `${value} days` }))}
        onChange={(value) => set({ days: value === "7" ? undefined : value })}
      />
      {approver && <LookNow names={names} mode={voices.data?.mode} filled={!voices.data?.proposal} />}
    </>
  );
}

export function Performing({ search }: { search: Search }) {
  const { voices, names } = useVoices(search);
  const channels = useChannels(search);
  const proposal = voices.data?.proposal;
  return (
    <div className={`columns ${styles.performing}`}>
      {proposal && (
        <div className={styles.first}>
          <Proposal id={proposal} names={names} />
        </div>
      )}
      <div className="stack">
        <Performers query={voices} days={daysOf(search)} channel={search.channel} topic={search.topic} />
        <Weights names={names} />
        <Followers channels={channels} />
      </div>
      <div className="stack">
        <Flags names={names} />
        <Runs names={names} />
      </div>
    </div>
  );
}
