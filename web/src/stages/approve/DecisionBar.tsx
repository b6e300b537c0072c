/** The decision: channels, time, verdict. It binds to the fingerprint of exactly the text that was read. */
import { Button, Modal, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Fragment, useEffect, useRef, useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { needsYou } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Key, useKeys } from "../../parts/Key";
import { channelName, counted, short, whenZoned } from "../../parts/words";
import type { Waiting } from "./Approval";
import styles from "./Approval.module.css";
import type { Edits } from "./editing";
import { forbiddenWords } from "./forbidding";
import { Schedule } from "./Schedule";
import { inputTime, meantFor } from "./times";

type Props = {
  found: Waiting;
  names: string[];
  chosen: Record<string, boolean>;
  setChosen: (next: Record<string, boolean>) => void;
  by?: Record<string, string>; // channel -> account, of those that a person chose
  setBy?: (by: Record<string, string>) => void;
  at: string; // as an input of a date and a time has it; empty: at once
  setAt: (at: string) => void;
  edits: Edits;
  /** The plan as the person changed it. */
  plan?: Schemas["Plan"];
  stale: boolean;
  blocked: boolean;
  /** Channels whose text, as it stands here, may not be published. */
  forbidden?: string[];
  error: unknown;
  /** Called once the server has the decision. */
  decided?: () => void;
};
/** The text that stood after this one and still waits; after the last of them the one that waits longest. */
export function following<T extends { task_id: string; status: string }>(before: T[], left: T[], id: string) {
  const open = left.filter((task) => task.status === "pending_approval" && task.task_id !== id);
  const passed = new Set(
    before.slice(0, before.findIndex((task) => task.task_id === id) + 1).map((task) => task.task_id),
  );
  return open.find((task) => !passed.has(task.task_id)) ?? open[0];
}

const READING_MS = 1_500; // nobody has read a text that came up so shortly ago by itself
let cameUp = ""; // the text that the page went on to by itself after a decision

/** Whether a text stands here too shortly to be decided: a press now was meant for the one before it. */
function useUnread(id: string): boolean {
  const [unread, setUnread] = useState(cameUp === id);
  useEffect(() => {
    if (!unread) return;
    const timer = setTimeout(() => {
      setUnread(false);
      cameUp = "";
    }, READING_MS); // from when it is shown, however long it took to load
    return () => clearTimeout(timer);
  }, [unread]);
  return unread;
}

/** channel -> account, of those that a person chose; what was left alone goes by the default. */
function accountsOf(picked: string[], by: Record<string, string>) {
  const named = picked.flatMap((name) => (by[name] ? [[name, by[name]] as const] : []));
  return named.length ? Object.fromEntries(named) : undefined;
}

/** An account with what its messages say they are from, where its name does not say that. */
const spelled = (account: string, from?: string) => (!from || from.includes(account) ? account : `${account}: ${from}`);

/** By which of a channel's accounts it goes, where it has several. */
function Accounts({
  channel,
  of,
  value,
  set,
}: {
  channel: string;
  of?: Schemas["cofounder__flow__approve__schemas__DeliveryOut"];
  value?: string;
  set: (account: string) => void;
}) {
  if (!of?.accounts || of.accounts.length < 2) return null;
  return (
    <select
      aria-label={`Account for ${channelName(channel)}`}
      className={styles.account}
      value={value ?? of.account}
      onChange={(event) => set(event.currentTarget.value)}
    >
      {of.accounts.map((one) => (
        <option key={one} value={one}>
          {spelled(one, of.sent_as?.[one])}
        </option>
      ))}
      <option value="outbox">Outbox</option>
    </select>
  );
}

/** What is sent of the time: the one that was asked for to the second, null for at once, nothing where none was meant. */
function timeOf(at: string, meant: string | null): string | null | undefined {
  if (!at) return meant ? null : undefined;
  return meant && at === inputTime(new Date(meant)) ? meant : new Date(at).toISOString();
}

type Verdict = "approve" | "changes" | "reject";

export function DecisionBar({
  found,
  names,
  chosen,
  setChosen,
  by = {},
  setBy,
  at,
  setAt,
  edits,
  plan,
  stale,
  blocked,
  forbidden = [],
  error,
  decided,
}: Props) {
  const approver = useMay("approver");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asking, open] = useState<"changes" | "reject" | "schedule" | null>(null);
  const [feedback, setFeedback] = useDraft(`feedback:${found.task_id}:${found.round}`, "");
  const meant = meantFor(found);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const setAsking = (what: typeof asking) => {
    if (what) setProblem(null); // what was wrong with the verdict before is not about this one
    open(what);
  };
  const picked = names.filter((name) => chosen[name]);
  const changed = Object.keys(edits).length;
  const against = picked.filter((name) => forbidden.includes(name));
  const unread = useUnread(found.task_id);
  const ready =
    approver &&
    !unread &&
    against.length === 0 &&
    !blocked &&
    !busy &&
    !error &&
    !(changed && stale) &&
    (found.kind !== "content" || picked.length > 0);

  const judging = approver && !unread && !blocked && !busy && !error && changed > 0 && stale;
  const [wanted, setWanted] = useState(false); // approved by key before the change in hand was judged: done once it is
  const typed = JSON.stringify(edits);
  // biome-ignore lint/correctness/useExhaustiveDependencies: who types on has changed their mind
  useEffect(() => setWanted(false), [typed, blocked]);

  const decide = async (verdict: Verdict) => {
    setBusy(true);
    setProblem(null);
    try {
      await ask(
        client.POST("/api/orchestrator/approve", {
          body: {
            task_id: found.task_id,
            verdict,
            round: found.round,
            kind: found.kind,
            fingerprint: found.fingerprint,
            publish_to_channels: verdict === "approve" && found.kind === "content" ? picked : undefined,
            schedule_at: verdict === "approve" ? timeOf(at, meant) : undefined,
            accounts: verdict === "approve" ? accountsOf(picked, by) : undefined,
            feedback: verdict === "approve" ? undefined : feedback,
            edits: verdict === "approve" && changed ? (edits as never) : undefined,
            plan: verdict === "approve" ? (plan as never) : undefined,
          },
        }),
      );
      setAsking(null);
      setFeedback("");
      decided?.();
      done(verdict);
      await onward();
    } catch (failure) {
      if (failure instanceof Problem) setProblem(failure);
    } finally {
      setBusy(false);
    }
  };
  const asked = `“${short(found.request, 60)}”`;
  const done = (verdict: Verdict) =>
    notifications.show({
      title: { approve: "Approved", changes: "Sent back for changes", reject: "Rejected" }[verdict],
      message:
        verdict === "approve" && found.kind === "content"
          ? `${asked}: ${picked.map(channelName).join(", ")}${at ? `, ${whenZoned(at)}` : ""}. Each is sent once.`
          : verdict === "reject"
            ? `${asked}: nothing of it is published.`
            : `${asked}: the task goes on.`,
    });
  /** To the next text that waits, else to the task. */
  const onward = async () => {
    const before = queries.getQueryData(needsYou().queryKey)?.items ?? [];
    void queries.invalidateQueries({ queryKey: ["tasks"] });
    const left = await queries.fetchQuery({ ...needsYou(), staleTime: 0 });
    const next = following(before, left.items, found.task_id);
    cameUp = next?.task_id ?? "";
    if (next) await navigate({ to: "/orchestrator/approvals/$id", params: { id: next.task_id } });
    else await navigate({ to: "/orchestrator/tasks/$id", params: { id: found.task_id } });
  };
  useKeys(
    approver && asking === null
      ? [
          ...names
            .slice(0, 9)
            .map((name, place): [string, () => void] => [
              String(place + 1),
              () => setChosen({ ...chosen, [name]: !chosen[name] }),
            ]),
          ["c", () => setAsking("changes")],
          ["r", () => setAsking("reject")],
          ["s", () => setAsking("schedule")],
        ]
      : [],
  );
  const approve = () => {
    if (ready) void decide("approve");
    else if (judging) setWanted(true);
  };
  useKeys(asking === null ? [["mod+Enter", approve]] : [], { whileTyping: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when what was waited for is there
  useEffect(() => {
    if (!wanted || judging) return;
    setWanted(false);
    if (ready) void decide("approve");
  }, [wanted, judging, ready]);

  const label = changed
    ? `Approve with ${counted(changed, "change")}`
    : found.kind === "content"
      ? "Approve"
      : plan
        ? "Let it run as changed"
        : "Let it run";
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = document.documentElement.style;
    const seen = new ResizeObserver(([entry]) =>
      root.setProperty("--decision", `${entry?.target.clientHeight ?? 0}px`),
    );
    if (bar.current) seen.observe(bar.current);
    return () => {
      seen.disconnect();
      root.removeProperty("--decision");
    };
  }, []);
  return (
    <div ref={bar} className={styles.bar} data-decision>
      {problem && !asking && (
        <p role="alert" className={styles.problem}>
          {problem.message} {problem.hint}
        </p>
      )}
      {against.length > 0 && (
        <p role="status" className={styles.problem}>
          {forbiddenWords(against)}
        </p>
      )}
      <div className={styles.channels}>
        {names.map((name, place) => (
          <Fragment key={name}>
            <label className={styles.toggle}>
              <input
                type="checkbox"
                checked={!!chosen[name]}
                disabled={!approver}
                onChange={(event) => setChosen({ ...chosen, [name]: event.currentTarget.checked })}
              />
              {channelName(name)} {place < 9 && <Key>{String(place + 1)}</Key>}
            </label>
            {approver && chosen[name] && (
              <Accounts
                channel={name}
                of={found.channel_variants[name]?.delivery}
                value={by[name]}
                set={(account) => setBy?.({ ...by, [name]: account })}
              />
            )}
          </Fragment>
        ))}
        {found.kind === "content" && approver && (
          <Button onClick={() => setAsking("schedule")} rightSection={<Key>S</Key>}>
            {at ? whenZoned(at) : "Send now"}
          </Button>
        )}
        {found.expires_at && <span className="quiet">{`expires ${whenZoned(found.expires_at)}`}</span>}
        {found.kind === "content" && (
          <span className="quiet">
            {changed ? (
              "exactly your text as it stands in the editor"
            ) : (
              <>
                exactly this text, <span className="mono">{found.fingerprint.slice(0, 6)}</span>
              </>
            )}
          </span>
        )}
      </div>
      <span className="space" />
      <span className="quiet" role="status">
        {wanted && "Your change is being judged; then it is approved."}
      </span>
      {approver ? (
        <div className={styles.verdicts}>
          <Button c="var(--failed)" onClick={() => setAsking("reject")} rightSection={<Key>R</Key>} disabled={busy}>
            Reject
          </Button>
          {found.kind === "content" && (
            <Button onClick={() => setAsking("changes")} rightSection={<Key>C</Key>} disabled={busy}>
              Ask for changes
            </Button>
          )}
          <Button
            variant="filled"
            onClick={approve}
            disabled={!ready}
            loading={busy}
            rightSection={<Key>Ctrl Enter</Key>}
          >
            {label}
          </Button>
        </div>
      ) : (
        <span className="quiet">Your role lets you read this. An approver decides.</span>
      )}
      <Modal
        opened={asking === "changes" || asking === "reject"}
        onClose={() => setAsking(null)}
        title={asking === "reject" ? "Reject this text?" : "What should change?"}
      >
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void decide(asking === "reject" ? "reject" : "changes");
          }}
        >
          <Textarea
            label={asking === "reject" ? "Why" : "What should change"}
            description={
              asking === "reject"
                ? "Nothing is published. Your reason is kept and teaches the writer."
                : "The writer takes it up; the text comes back to you."
            }
            autosize
            minRows={3}
            data-autofocus
            value={feedback}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              if (asking === "reject" || feedback.trim()) void decide(asking === "reject" ? "reject" : "changes");
            }}
            error={problem ? `${problem.message} ${problem.hint ?? ""}` : undefined}
            onChange={(event) => setFeedback(event.currentTarget.value)}
          />
          <div className="row">
            <span className="space" />
            <Button onClick={() => setAsking(null)}>Back</Button>
            <Button
              type="submit"
              variant="filled"
              color={asking === "reject" ? "red" : undefined}
              loading={busy}
              disabled={asking === "changes" && !feedback.trim()}
              rightSection={<Key>Ctrl Enter</Key>}
            >
              {asking === "reject" ? "Reject" : "Ask for changes"}
            </Button>
          </div>
        </form>
      </Modal>
      <Schedule
        opened={asking === "schedule"}
        at={at}
        keep={setAt}
        close={() => setAsking(null)}
        best={found.suggested_times}
      />
    </div>
  );
}
