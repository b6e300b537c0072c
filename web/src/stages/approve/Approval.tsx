/** One decision: the exact text per channel, its scores, what it rests on; approve, change, reject, schedule. */
import { SegmentedControl } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { isMissing, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { approval, company, needsYou, settings } from "../../api/queries";
import { NoSuch } from "../../pages/Missing";
import { Assumed } from "../../parts/Assumed";
import { Diff } from "../../parts/Diff";
import { Key, useKeys } from "../../parts/Key";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Glyph, Status } from "../../parts/Status";
import {
  ago,
  byWhom,
  capital,
  channelName,
  cost,
  counted,
  duration,
  score,
  short,
  since,
  spoken,
  visible,
  when,
  whenZoned,
} from "../../parts/words";
import { Scores } from "../quality/Scores";
import { Alternatives } from "./Alternatives";
import styles from "./Approval.module.css";
import { DecisionBar } from "./DecisionBar";
import { Editor } from "./Editor";
import { Expected, foretold } from "./Expected";
import { type Hand, real, useEditing, useInHand } from "./editing";
import { forbids } from "./forbidding";
import { Images } from "./Images";
import { PlanReview } from "./PlanReview";
import { Preview, type Variant } from "./Preview";
import { asDecided, firstTime, onceApproved } from "./times";
import { Used } from "./Used";
import { WhenBest } from "./WhenBest";

export type Waiting = Schemas["ApprovalOut"];

export function Approval() {
  const { id } = useParams({ from: "/orchestrator/approvals/$id" });
  const query = useQuery(approval(id));
  if (!query.data && isMissing(query.error))
    return <NoSuch what="approval" back={<Link to="/orchestrator/approvals">See what waits</Link>} />;
  return <Shown query={query}>{(found) => <Opened key={`${id}:${found.round}`} found={found} />}</Shown>;
}

/** The text as it was when the page opened: a change by somebody else is shown, never slipped under the reader. */
function Opened({ found }: { found: Waiting }) {
  const hand = useInHand(found);
  const { read } = hand;
  const queries = useQueryClient();
  const took = (after: Waiting) => {
    hand.take(after); // the reader chose it themselves
    queries.setQueryData(approval(found.task_id).queryKey, { ...after, etag: `"${after.fingerprint}"` });
  };
  const moved = !found.decision && found.fingerprint !== read.fingerprint;
  const now = useNow(30_000);
  const approver = useMay("approver");
  useEffect(() => {
    document.title = `${short(found.request, 50)} · Approvals · Cofounder`;
  }, [found.request]);
  return (
    <>
      <p className="quiet crumbs">
        <Link to="/orchestrator/approvals">Approvals</Link> /{" "}
        <Link to="/orchestrator/tasks/$id" params={{ id: found.task_id }} className="mono">
          {found.task_id.slice(-8)}
        </Link>
      </p>
      <div className={styles.head}>
        <h1>{capital(short(read.main_content.title || read.request, 80))}</h1>
        <Status status={found.decision ? found.status : "pending_approval"} tinted />
        <span className="quiet">{facts(found, now)}</span>
        <span className="space" />
        <Neighbours id={found.task_id} />
      </div>
      <p className={styles.request}>
        <q>{visible(found.request)}</q>
      </p>
      {found.kind === "content" && <Assumed told={(found.metadata.assumptions as string[] | undefined) ?? []} />}
      {moved && (
        <div className={styles.moved} role="alert">
          <p>
            <b>Somebody changed the text after you opened it.</b> You can decide once you have read what stands now.
            Your own changes stay in the editor.
          </p>
          {Object.entries(found.channel_variants)
            .filter(([name, variant]) => read.channel_variants[name]?.exact_text !== variant.exact_text)
            .map(([name, variant]) => (
              <Diff key={name} before={read.channel_variants[name]?.content ?? ""} after={variant.content} />
            ))}
          {JSON.stringify(read.images) !== JSON.stringify(found.images) && (
            <p>The images, their order or their alt texts are others now.</p>
          )}
          <button type="button" className={styles.take} onClick={() => hand.take(found)}>
            I have read it
          </button>
        </div>
      )}
      {found.decision ? (
        <Decided found={found} hand={hand} />
      ) : found.kind === "content" ? (
        <Content found={moved ? read : found} hand={hand} blocked={moved} took={took} />
      ) : (
        <PlanReview found={found} may={approver} />
      )}
    </>
  );
}

function facts(found: Waiting, now: number): string {
  const about = found.metadata as { cost?: number; execution_time?: number; agents_involved?: string[] };
  return [
    found.decision ? `decided ${ago(found.decision.decided_at, now)}` : `waits for ${since(found.opened_at, now)}`,
    found.round > 1 ? `round ${found.round}` : null,
    cost(about.cost),
    duration(about.execution_time),
    counted(about.agents_involved?.length ?? 0, "agent"),
  ]
    .filter(Boolean)
    .join(", ");
}

function Neighbours({ id }: { id: string }) {
  const waiting = useQuery(needsYou());
  const navigate = useNavigate();
  const ids = (waiting.data?.items ?? [])
    .filter((task) => task.status === "pending_approval")
    .map((task) => task.task_id);
  const at = ids.indexOf(id);
  const go = (step: number) => {
    const next = ids[at + step];
    if (at >= 0 && next) void navigate({ to: "/orchestrator/approvals/$id", params: { id: next } });
  };
  useKeys([
    ["ArrowUp", () => go(-1)],
    ["ArrowDown", () => go(1)],
  ]);
  if (ids.length < 2 || at < 0) return null;
  return (
    <span className={styles.neighbours}>
      <span className="quiet">
        text {at + 1} of {ids.length}
      </span>
      <button type="button" onClick={() => go(-1)} disabled={at === 0}>
        Previous <Key>↑</Key>
      </button>
      <button type="button" onClick={() => go(1)} disabled={at === ids.length - 1}>
        Next <Key>↓</Key>
      </button>
    </span>
  );
}

type ContentProps = { found: Waiting; hand: Hand; blocked: boolean; took: (found: Waiting) => void };

function Content({ found, hand, blocked, took }: ContentProps) {
  const variants = found.channel_variants as Record<string, Variant>;
  const names = Object.keys(variants);
  const [chosen, setChosen] = useState<Record<string, boolean>>(() =>
    Object.fromEntries(names.map((name) => [name, true])),
  );
  const [by, setBy] = useState<Record<string, string>>({});
  const [at, setAt] = useState(() => firstTime(found));
  const [focus, setFocus] = useState(names[0] ?? "");
  const approver = useMay("approver");
  const [unready, setUnready] = useState(false); // an image in hand that is not with the texts yet
  const editing = useEditing(found, hand);
  const house = useQuery(company()).data ?? "";
  const limit = Number(useQuery(settings()).data?.quality_threshold?.value ?? 0.85);
  const variant = variants[focus];
  if (!variant) return null;
  const tried = editing.shown[focus];
  const issues = tried?.issues ?? variant.issues ?? [];
  const score_now = tried?.quality_score ?? variant.quality_score;
  return (
    <>
      <p className={styles.line}>
        {names.length > 1 && `${channelName(focus)} `}
        <b>{score(score_now, 3)}</b> · {foretold(found.expected_engagement)} · {counted(issues.length, "issue")}
      </p>
      {names.length > 1 && (
        <SegmentedControl
          className={styles.pick}
          fullWidth
          aria-label="Channel to read"
          data={names.map((name) => ({ value: name, label: channelName(name) }))}
          value={focus}
          onChange={setFocus}
        />
      )}
      <div className={styles.columns}>
        <div className="stack">
          {names.slice(0, 1).map((name) => preview(name, 1))}
          <Editor
            may={approver}
            name={focus}
            names={names}
            pick={setFocus}
            variant={variant}
            edit={editing.edits[focus]}
            set={(field, value) => editing.set(focus, field, value)}
            reset={() => editing.reset(focus)}
            tried={tried}
            stale={editing.stale}
            error={editing.error}
          />
          {approver && <Images found={found} names={names} blocked={blocked} took={took} unready={setUnready} />}
          {approver && (
            <Alternatives
              key={focus}
              found={found}
              name={focus}
              unsent={Object.keys(editing.changed).length > 0}
              blocked={blocked}
              took={took}
            />
          )}
          <Issues issues={issues} />
        </div>
        {names.length > 1 && (
          <div className="stack">{names.slice(1).map((name, place) => preview(name, place + 2))}</div>
        )}
        <div className={`stack ${styles.side}`}>
          <Scores
            overall={score_now}
            passed={tried?.quality_passed ?? variant.quality_passed}
            threshold={limit}
            dimensions={tried?.quality_dimensions ?? variant.quality_dimensions ?? {}}
            note={`${channelName(focus)} profile`}
          />
          <Panel title="Expected engagement" pad>
            <Expected told={found.expected_engagement} />
          </Panel>
          <Panel title="When to publish" pad>
            <WhenBest of={found.suggested_times} />
          </Panel>
          <Used found={found} />
        </div>
      </div>
      <DecisionBar
        found={found}
        names={names}
        chosen={chosen}
        setChosen={setChosen}
        by={by}
        setBy={setBy}
        at={at}
        setAt={setAt}
        edits={editing.changed}
        stale={editing.stale}
        blocked={blocked || unready}
        forbidden={names.filter((name) => forbids((editing.shown[name] ?? variants[name])?.issues as never))}
        error={editing.error}
        decided={hand.forget}
      />
    </>
  );

  function preview(name: string, place: number) {
    const each = variants[name];
    return each ? (
      <div key={name} className={styles.variant} data-read={name === focus || undefined}>
        <Preview
          name={name}
          variant={going(each, by[name])}
          showing={{ ...each, ...editing.shown[name] }}
          company={house}
          time={onceApproved(at)}
          place={place}
          chosen={chosen[name]}
          choose={(on) => setChosen((all) => ({ ...all, [name]: on }))}
        />
      </div>
    ) : null;
  }
}

/** A text as the account that was chosen sends it. Why the usual one is the outbox, or what it charges there, is not about that. */
function going(variant: Variant, account?: string): Variant {
  const { delivery } = variant;
  if (!account || account === delivery.account) return variant;
  const note = [account, delivery.account].includes("outbox") ? null : delivery.note;
  return { ...variant, delivery: { ...delivery, account, note } };
}

function Issues({ issues }: { issues: Schemas["VariantOut"]["issues"] }) {
  const found = (issues ?? []) as { message: string; severity: string; dimension: string }[];
  return (
    <Panel title="Issues" aside={found.length ? counted(found.length, "open issue") : "none"}>
      {found.length > 0 && (
        <ul className={styles.issues}>
          {found.map((issue) => (
            <li key={issue.dimension + issue.message}>
              <Glyph look={issue.severity === "blocking" ? "failed" : "you"} />
              <span>
                {issue.message} <span className="quiet">{`${spoken(issue.dimension)}, ${issue.severity}`}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** What this tab still has in hand when somebody, or another tab, decided meanwhile. */
function Unsent({ hand }: { hand: Hand }) {
  const left = Object.entries(real(hand.edits, hand.read.channel_variants));
  if (left.length === 0) return null;
  return (
    <div className={styles.moved} role="alert">
      <p>
        <b>It was decided before your change was sent.</b> Your change is no part of the decision. This is what you had
        written:
      </p>
      {left.map(([name, edit]) => (
        <div key={name}>
          <h3 className="sub">{channelName(name)}</h3>
          {Object.entries(edit).map(([field, text]) => (
            <p key={field} className={styles.text}>
              {text}
            </p>
          ))}
        </div>
      ))}
      <button type="button" className={styles.take} onClick={hand.forget}>
        Forget it
      </button>
    </div>
  );
}

function Decided({ found, hand }: { found: Waiting; hand: Hand }) {
  const made = found.decision;
  const house = useQuery(company()).data ?? "";
  if (!made) return null;
  const words = { approve: "Approved", changes: "Changes asked for", reject: "Rejected" }[made.verdict];
  return (
    <div className="stack">
      <Unsent hand={hand} />
      <Panel
        title={`${words} by ${made.automatic ? byWhom("automatic") : byWhom(made.by)}`}
        aside={when(made.decided_at)}
        pad
      >
        <p className={styles.text}>
          {made.channels.length > 0 && `For ${made.channels.map(channelName).join(", ")}. `}
          {made.schedule_at && `To be sent ${whenZoned(made.schedule_at)}. `}
          {made.feedback}
        </p>
        {Object.entries(made.edits).map(([name, edit]) => (
          <div key={name}>
            <h3 className="sub">{`What was changed for ${channelName(name)}`}</h3>
            <Diff before={edit.before} after={edit.after} />
          </div>
        ))}
      </Panel>
      {Object.entries(found.channel_variants as Record<string, Variant>).map(([name, variant], place) => (
        <Preview
          key={name}
          name={name}
          variant={variant}
          showing={variant}
          company={house}
          time={asDecided(made, name)}
          place={place + 1}
        />
      ))}
    </div>
  );
}
