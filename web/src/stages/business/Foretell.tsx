/** What a draft may bring on a channel, with its interval, how often such intervals held, and whether it beats the typical post. */
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { platformBaselines } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Trouble } from "../../parts/Rest";
import { channelName, percent, score, spoken, whole } from "../../parts/words";
import { OUTCOMES } from "../publish/measured";
import styles from "./Business.module.css";
import { thin } from "./figures";

type Expected = Schemas["Expected"];
const WRITTEN = ["linkedin", "x", "facebook", "email", "blog"];
const ORDER = ["engagement_rate", "engagement", "reach", "likes", "followers", "return_on_cost"] as const;

export function Foretell() {
  const found = Object.entries(useQuery(platformBaselines()).data ?? {})
    .sort((one, other) => other[1].count - one[1].count)
    .map(([name]) => name);
  const channels = [...found, ...WRITTEN.filter((name) => !found.includes(name))];
  const [chosen, setChosen] = useDraft<string | null>("foretell:channel", null);
  const [title, setTitle] = useDraft("foretell:title", "");
  const [content, setContent] = useDraft("foretell:content", "");
  const channel = chosen ?? channels[0] ?? "linkedin";
  const look = useMutation({
    mutationFn: () => ask(client.POST("/api/business/predict", { body: { channel, content, title: title || null } })),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (content.trim()) look.mutate();
  };
  return (
    <Panel title="What a draft may bring" note="from earlier posts of the channel; nothing is kept of it" pad>
      <form className="stack" onSubmit={submit}>
        <div className="row">
          <Select
            label="Channel"
            value={channel}
            data={channels.map((value) => ({ value, label: channelName(value) }))}
            allowDeselect={false}
            searchable
            onChange={setChosen}
          />
          <TextInput
            label="Title"
            description="Where the channel has one"
            value={title}
            maxLength={500}
            style={{ flex: "1 1 220px", minWidth: 0 }} // on a narrow screen a line of its own
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
        </div>
        <Textarea
          label="Text"
          autosize
          minRows={4}
          maxRows={16}
          value={content}
          onChange={(event) => setContent(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" loading={look.isPending} disabled={!content.trim()}>
            Hold it against history
          </Button>
        </div>
      </form>
      {look.isError && <Trouble error={look.error} what="It could not be foretold. Your text is kept." />}
      {look.data && <Answer of={look.data} />}
    </Panel>
  );
}

function Answer({ of }: { of: Schemas["Prediction"] }) {
  const all = ORDER.map((name) => of.outcomes[name]).filter((one) => one !== undefined);
  return (
    <section className="stack" aria-label="What it may bring" aria-live="polite">
      <p style={{ margin: "16px 0 0" }}>{of.sentence}</p>
      <table className={`ledger stacked ${styles.named}`}>
        <thead>
          <tr>
            <th>Outcome</th>
            <th>Expected</th>
            <th>Held so far</th>
            <th>Against the typical post</th>
          </tr>
        </thead>
        <tbody>
          {all.map((one) => (
            <Line key={one.outcome} of={one} />
          ))}
        </tbody>
      </table>
      {all.some((one) => one.typical != null) && (
        <p className="quiet">
          The typical post is the geometric mean of the channel's newest posts, as many as n says. It is not their
          average, as Platforms gives it, which a few posts that did very well raise.
        </p>
      )}
      <p className="quiet">
        {of.kept
          ? `Of what was foretold of own texts before, ${percent(of.kept.value)} held (${percent(of.kept.low)} to ${percent(of.kept.high)}, n = ${whole(of.kept_n)}).`
          : `No text that something was foretold of has been measured yet (${whole(of.kept_n)}).`}
      </p>
    </section>
  );
}

const named = (outcome: string) => OUTCOMES[outcome] ?? spoken(outcome);

const said = (of: Expected, value: number) =>
  of.outcome === "engagement_rate"
    ? percent(value, 2)
    : of.outcome === "return_on_cost"
      ? score(value)
      : whole(Math.round(value));

function Line({ of }: { of: Expected }) {
  const { value, low, high } = of;
  if (value == null || low == null || high == null)
    return (
      <tr>
        <td>{named(of.outcome)}</td>
        <td className="quiet" data-name="Expected">
          {of.n < (of.needed ?? 40) ? `${thin(of.n, of.needed ?? 40)} posts` : of.note}
        </td>
        <td data-name="Held so far">–</td>
        <td data-name="Against the typical post">–</td>
      </tr>
    );
  const span = `${percent(of.level ?? 0.8)} interval ${said(of, low)} to ${said(of, high)}, n = ${whole(of.n)}`;
  return (
    <tr>
      <td>{named(of.outcome)}</td>
      <td>
        <span className={styles.claim}>
          <Interval
            estimate={value}
            low={low}
            high={high}
            min={0}
            max={high * 1.15}
            label={`${named(of.outcome)}: ${said(of, value)}, ${span}`}
          />
          <span>
            <b>{said(of, value)}</b> <span className="quiet">{span}</span>
          </span>
        </span>
      </td>
      <td data-name="Held so far">
        {of.coverage == null ? "not known yet" : `${percent(of.coverage)} of ${whole(of.coverage_n)} later posts`}
      </td>
      <td data-name="Against the typical post">
        {of.beats_channel_mean === false ? (
          <b>no better: this is the typical post, whatever the text</b>
        ) : of.beats_channel_mean ? (
          `off by ${score(of.error)} times, the typical post by ${score(of.mean_error)}`
        ) : (
          "not known yet"
        )}
      </td>
    </tr>
  );
}
