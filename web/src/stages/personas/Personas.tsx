/** The voices that texts are written in: what each brings, how likely it is drawn, and how that was learnt. */
import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMay } from "../../api/me";
import { personas, platformBaselines } from "../../api/queries";
import { PageHead } from "../../parts/PageHead";
import { channelName } from "../../parts/words";
import { Flags } from "./Flags";
import { Followers } from "./Followers";
import { LookNow } from "./LookNow";
import { Performers } from "./Performers";
import { Proposal } from "./Proposal";
import { Runs } from "./Runs";
import { Weights } from "./Weights";

const WINDOWS = ["7", "28", "90"];
const CHANNELS = ["linkedin", "x", "facebook"];

export function Personas() {
  const search = useSearch({ from: "/personas" }) as Record<string, string | undefined>;
  const navigate = useNavigate({ from: "/personas" });
  const approver = useMay("approver");
  const set = (next: Record<string, string | undefined>) =>
    void navigate({ search: (before: Record<string, string | undefined>) => ({ ...before, ...next }), replace: true });
  const days = WINDOWS.includes(search.days ?? "") ? Number(search.days) : 7;
  const voices = useQuery(personas(days, search.channel));
  const known = Object.keys(useQuery(platformBaselines()).data ?? {});
  const channels = [...new Set([...CHANNELS, ...known, ...(search.channel ? [search.channel] : [])])];
  const names = Object.fromEntries((voices.data?.items ?? []).map((one) => [one.id, one.name]));
  const proposal = voices.data?.proposal;
  return (
    <>
      <PageHead title="Personas">
        <Select
          aria-label="Channel"
          placeholder="Every channel"
          clearable
          w={160}
          value={search.channel ?? null}
          data={channels.map((value) => ({ value, label: channelName(value) }))}
          onChange={(value) => set({ channel: value ?? undefined })}
        />
        <SegmentedControl
          aria-label="How far back"
          size="xs"
          value={String(days)}
          data={WINDOWS.map((value) => ({ value, label: `${value} days` }))}
          onChange={(value) => set({ days: value === "7" ? undefined : value })}
        />
        {approver && <LookNow names={names} mode={voices.data?.mode} filled={!proposal} />}
      </PageHead>
      <div className="columns">
        <div className="stack">
          <Performers query={voices} days={days} channel={search.channel} />
          <Weights names={names} />
          <Followers channels={channels} />
        </div>
        <div className="stack">
          {proposal && <Proposal id={proposal} names={names} />}
          <Flags names={names} />
          <Runs names={names} />
        </div>
      </div>
    </>
  );
}
