/** Tested statements about what works: those that stand, and apart from them those that do not. */
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { type Pattern, patterns } from "../../api/queries";
import { Filters } from "../../parts/Filters";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { ago, byWhom, capital, chance, channelName, counted, when, whole } from "../../parts/words";
import { Download } from "../business/Charted";
import { Effect, scalesOf } from "./Estimate";
import { inOwnTerms, METRICS, plainly } from "./effects";
import { Groups } from "./Groups";
import type { Go, Search } from "./Learning";
import styles from "./Learning.module.css";
import { OnePattern } from "./OnePattern";
import { Acts } from "./Saying";
import { Searches } from "./Searching";

type Found = Schemas["PatternsOut"];
const SOME = 10;

export function Patterns({ search, set }: { search: Search; set: Go }) {
  const query = useQuery(patterns());
  return (
    <Shown query={query} rows={8}>
      {(found) => (
        <div className="stack">
          <All found={found} search={search} set={set} />
          <Searches />
          <OnePattern id={search.pattern} close={() => set({ pattern: undefined })} />
        </div>
      )}
    </Shown>
  );
}

function All({ found, search, set }: { found: Found; search: Search; set: Go }) {
  const every = [...found.patterns, ...found.watching, ...found.retired, ...found.rejected];
  const fits = (one: Pattern) =>
    (!search.metric || one.metric === search.metric) &&
    (!search.type || one.type === search.type) &&
    (!search.channel || one.channels.includes(search.channel));
  const standing = found.patterns.filter(fits);
  const open = (pattern: string) => set({ pattern });
  return (
    <>
      <Panel
        label="Patterns that stand"
        title={<Narrow every={every} search={search} set={set} />}
        aside={every.length > 0 && <Saved rows={every.filter(fits)} />}
      >
        {found.is_sample && every.length > 0 && (
          <p className={styles.say}>
            These were found in the sample company's data; they are shown until a search over your own has run.
          </p>
        )}
        {standing.length === 0 ? (
          <NoneStand found={found} any={found.patterns.length > 0} />
        ) : (
          <List rows={standing} open={open} />
        )}
      </Panel>
      {standing.length > 1 && <Groups found={found} open={open} />}
      <Apart title="Watching" note="never used: these do not stand" rows={found.watching.filter(fits)} open={open} />
      <Apart title="Retired" note="what came later said otherwise" rows={found.retired.filter(fits)} open={open} />
      <Apart title="Rejected" note="by a person; never used" rows={found.rejected.filter(fits)} open={open} />
    </>
  );
}

function NoneStand({ found, any }: { found: Found; any: boolean }) {
  if (any) return <Empty title="None that fits the filter stands." />;
  if (found.n < found.needed)
    return (
      <Empty
        title={`Not enough data, ${whole(found.n)} of ${whole(found.needed)} scored posts.`}
        action={
          <Button component={Link} to="/business" search={{ tab: "imports", new: "file" } as never}>
            Bring readings in
          </Button>
        }
      >
        A post is scored by its first reading at 72 hours or later. Import posts with their readings (social analytics),
        or publish and wait.
      </Empty>
    );
  return (
    <Empty title="No pattern stands yet.">
      {`${counted(found.tested, "candidate")} tested on ${counted(found.n, "scored post")}; none was clearer than luck would make it. What is nearest is watched below. More posts make it clearer.`}
    </Empty>
  );
}

function Narrow({ every, search, set }: { every: Pattern[]; search: Search; set: Go }) {
  const types = [...new Set(every.map((one) => one.type))].sort();
  const channels = [...new Set(every.flatMap((one) => one.channels))].sort();
  return (
    <Filters>
      <Select
        aria-label="Metric"
        placeholder="Every metric"
        clearable
        value={search.metric ?? null}
        data={Object.entries(METRICS).map(([value, label]) => ({ value, label }))}
        onChange={(value) => set({ metric: value ?? undefined })}
      />
      <Select
        aria-label="About"
        placeholder="About everything"
        clearable
        value={search.type ?? null}
        data={types.map((value) => ({ value, label: capital(value) }))}
        onChange={(value) => set({ type: value ?? undefined })}
      />
      <Select
        aria-label="Channel"
        placeholder="Every channel"
        clearable
        value={search.channel ?? null}
        data={channels.map((value) => ({ value, label: channelName(value) }))}
        onChange={(value) => set({ channel: value ?? undefined })}
      />
    </Filters>
  );
}

const HEAD = ["Pattern", "State", "Metric", "n", "Met by", "Effect", "From", "To", "p", "q", "Since", "Refuted by"];

function Saved({ rows }: { rows: Pattern[] }) {
  const own = (one: Pattern, effect: number | null) => (effect == null ? null : inOwnTerms(one, effect));
  return (
    <Download
      name="patterns"
      label="Patterns"
      head={HEAD}
      rows={rows.map((one) => [
        one.sentence,
        one.state,
        one.metric,
        one.n,
        one.support,
        own(one, one.effect),
        own(one, one.low),
        own(one, one.high),
        one.p,
        one.q,
        one.stood_since,
        one.refuted_by,
      ])}
    />
  );
}

function List({ rows, open }: { rows: Pattern[]; open: (id: string) => void }) {
  const scales = scalesOf(rows);
  const now = useNow(30_000);
  const approver = useMay("approver");
  return (
    <div className={styles.scroll}>
      <table className={`ledger stacked ${styles.named} ${styles.patterns}`}>
        <thead>
          <tr>
            <th>Pattern</th>
            <th>Effect</th>
            <th className="right">n</th>
            <th className="right">q</th>
            <th>Since</th>
            {approver && <th className="right">Your word</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.id}>
              <td>
                <Claim of={one} open={open} />
              </td>
              <td>
                <Effect of={one} scale={scales[one.metric]} />
              </td>
              <td
                className="right"
                data-name="n"
                title={`${whole(one.support)} of ${whole(one.n)} meet the conditions`}
              >
                {whole(one.support)} <span className="quiet">of {whole(one.n)}</span>
              </td>
              <td className="right" data-name="q" title={`Over ${whole(one.tested)} tested candidates`}>
                {chance(one.q)}
              </td>
              <td
                className={styles.since}
                data-name={one.state === "active" ? "stands since" : "seen"}
                title={when(one.stood_since ?? one.first_seen)}
              >
                {ago(dated(one), now)}
              </td>
              {approver && (
                <td className="right">
                  <Acts of={one} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const dated = (one: Pattern) =>
  one.state === "retired"
    ? one.retired_at
    : one.state === "rejected"
      ? one.rejected_at
      : (one.stood_since ?? one.first_seen);

/** The sentence, how it stands, and what would refute it. */
function Claim({ of, open }: { of: Pattern; open: (id: string) => void }) {
  return (
    <div className={styles.wide}>
      <button type="button" className={`${styles.open} ${styles.claim}`} onClick={() => open(of.id)}>
        {of.pinned && <span className="unseen">Pinned: </span>}
        {of.sentence}
      </button>
      <p className="quiet">
        {of.pinned && <b>Pinned. </b>}
        {of.state === "active" ? `${capital(plainly(of))}. ${of.refuted_by}` : (of.why ?? "")}
        {of.state === "rejected" && ` Rejected by ${of.rejected_by ? byWhom(of.rejected_by) : "a person"}.`}
      </p>
      {of.note && (
        <p className={styles.note}>
          {of.note}
          {of.noted_by && <span className="quiet">{` ${byWhom(of.noted_by)}`}</span>}
        </p>
      )}
    </div>
  );
}

type Listed = { title: string; note: string; rows: Pattern[]; open: (id: string) => void };

function Apart({ title, note, rows, open }: Listed) {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  return (
    <Panel title={title} note={note} aside={counted(rows.length, "pattern")}>
      <List rows={all ? rows : rows.slice(0, SOME)} open={open} />
      {rows.length > SOME && !all && (
        <div style={{ padding: "10px 16px" }}>
          <Button onClick={() => setAll(true)}>{`Show all ${whole(rows.length)}`}</Button>
        </div>
      )}
    </Panel>
  );
}
