/** One job: how far it is, its loss, what it was made of and costs, what happened, and what may be done with it. */
import { Button, Modal, Progress, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { askIn, client } from "../../../api/client";
import { useMay } from "../../../api/me";
import { datasetLineage, type TuningEvent, type TuningJob, tuningEvents, tuningJob } from "../../../api/queries";
import { Facts } from "../../../parts/Facts";
import { useNow } from "../../../parts/now";
import { Panel } from "../../../parts/Panel";
import { Empty, Loading, Shown, Trouble } from "../../../parts/Rest";
import { Glyph, Status } from "../../../parts/Status";
import {
  atClock,
  byWhom,
  counted,
  duration,
  money,
  percent,
  score,
  spoken,
  visible,
  when,
  whole,
} from "../../../parts/words";
import { say } from "../acting";
import { titled } from "../Datasets";
import type { Go } from "../filter";
import train from "../Train.module.css";
import { useAct } from "./acting";
import { Deploy } from "./Deploy";
import styles from "./Jobs.module.css";
import { Loss } from "./Loss";
import { Remains } from "./Remains";
import { atTarget, chosen, goesOn, keeping, left, mayCancel, price, removalOf, stateWord, targetName } from "./told";

export function Job({ id, set }: { id: string; set: Go }) {
  const query = useQuery(tuningJob(id));
  const events = useQuery(tuningEvents(id));
  return (
    <Shown query={query} rows={8}>
      {(of) => (
        <div className="stack">
          <Top of={of} set={set} />
          <div className={styles.columns}>
            <div className="stack">
              <HowFar of={of} />
              {events.data ? (
                <>
                  <Loss events={events.data} name={of.model_name} empty={noLoss(of)} />
                  <Events rows={events.data} />
                </>
              ) : events.error ? (
                <Trouble error={events.error} retry={() => void events.refetch()} />
              ) : (
                <Loading rows={6} />
              )}
            </div>
            <div className={styles.side}>
              <Deployment of={of} />
              <Remains of={of} />
              <About of={of} />
            </div>
          </div>
        </div>
      )}
    </Shown>
  );
}

const one = "/api/orchestrator/training/jobs/{job_id}";

function Top({ of, set }: { of: TuningJob; set: Go }) {
  const operator = useMay("operator");
  const approver = useMay("approver");
  const [asking, setAsking] = useState(false);
  const [deploying, setDeploying] = useState(false);
  const { busy, problem, act, clear } = useAct("jobs");
  const params = { path: { job_id: of.job_id } };
  const waits = of.status === "waiting_approval";
  const deployed = of.deployment?.state;
  const lost = of.may_run;
  const ends = lost ? `End it ${atTarget(of.target)}` : "Cancel the job";
  const deployable = of.status === "succeeded" && deployed !== "deploying" && removalOf(of)?.what !== "all";
  useEffect(() => {
    document.title = `${of.model_name} · Training · Cofounder`;
  }, [of.model_name]);
  const approve = async () => {
    if (await act("approve", () => askIn(client.POST(`${one}/approve`, { params })))) say(`${of.model_name} begins.`);
  };
  const cancel = async () => {
    if (await act("cancel", () => askIn(client.POST(`${one}/cancel`, { params }))))
      say(lost ? `What still ran of ${of.model_name} is ended.` : `${of.model_name} is cancelled.`);
    setAsking(false);
  };
  return (
    <>
      <div className="row">
        <h2 className={train.title}>{of.model_name}</h2>
        <Status status={of.status} word={stateWord(of.status)} tinted />
        <span className="space" />
        <Button onClick={() => set({ id: undefined })}>All jobs</Button>
        {operator && (of.may_run || (mayCancel(of.status) && of.status !== "cancelling")) && (
          <Button c="var(--failed)" onClick={() => setAsking(true)}>
            {ends}
          </Button>
        )}
        {operator && (of.status === "failed" || of.status === "cancelled") && (
          <Button onClick={() => set({ id: undefined, new: "1", dataset: of.dataset_id })}>
            New job on its dataset
          </Button>
        )}
        {approver && waits && (
          <Button variant="filled" loading={busy === "approve"} onClick={() => void approve()}>
            Approve
          </Button>
        )}
        {approver && deployable && (
          <Button variant={deployed === "deployed" ? undefined : "filled"} onClick={() => setDeploying(true)}>
            {deployed ? "Deploy again" : "Deploy"}
          </Button>
        )}
      </div>
      {problem && (
        <Panel>
          <Trouble
            error={problem}
            what={
              problem.code === "cancel_too_late" || problem.code === "job_ended"
                ? "It cannot be cancelled"
                : "That was refused"
            }
            retry={undefined}
          />
          <div style={{ padding: "0 16px 12px" }}>
            <Button onClick={clear}>Put this away</Button>
          </div>
        </Panel>
      )}
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={lost ? `End ${of.model_name} ${atTarget(of.target)}?` : `Cancel ${of.model_name}?`}
      >
        <div className="stack">
          <p style={{ margin: 0 }}>
            {lost
              ? "It failed here, and its target did not say that it ended: it may still run and cost there. What runs is ended; what was charged stays charged."
              : of.started_at
                ? "What was trained so far is not made a model, and what the target charged until now stays charged. It cannot be taken back."
                : "It has not begun, so nothing is lost or charged. It cannot be taken back, but started anew."}
          </p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setAsking(false)}>Let it go on</Button>
            <Button
              variant="filled"
              color="red"
              loading={busy === "cancel"}
              onClick={() => void cancel()}
              data-autofocus
            >
              {ends}
            </Button>
          </div>
        </div>
      </Modal>
      {deploying && <Deploy of={of} close={() => setDeploying(false)} />}
    </>
  );
}

function HowFar({ of }: { of: TuningJob }) {
  const running = goesOn(of.status);
  const now = useNow(running && of.started_at ? 1_000 : null);
  const passed = of.started_at
    ? (Date.parse(of.finished_at ?? new Date(now).toISOString()) - Date.parse(of.started_at)) / 1000
    : null;
  const rest = of.status === "running" && passed != null ? left(passed, of.progress) : null;
  const why = of.error ? String(of.error.detail ?? of.error.title ?? "") : "";
  return (
    <Panel label="How far it is" pad>
      <div className="stack" style={{ gap: 12 }}>
        {of.status === "waiting_approval" && (
          <div className={styles.need}>
            <b>
              <Glyph look="you" /> It waits for an approver
            </b>
            <span>{of.note}</span>
            {of.estimate.advice ? <span>{String(of.estimate.advice)}</span> : null}
          </div>
        )}
        {why && (
          <div role="alert">
            <p className={styles.said}>{visible(why)}</p>
            {of.error?.hint ? <p className="quiet">{String(of.error.hint)}</p> : null}
          </div>
        )}
        {of.status !== "waiting_approval" && (
          <div className={styles.progress}>
            {running && <Progress value={100 * (of.progress ?? 0)} size="md" aria-label="How far it is" />}
            <div className={styles.progressWords}>
              <span>{running ? (of.progress == null ? inWords(of) : `${percent(of.progress)} done`) : ended(of)}</span>
              {passed != null && <span>{`${duration(Math.max(passed, 0))} ${running ? "so far" : "in all"}`}</span>}
              {rest != null && <span>{`~${duration(rest)} left`}</span>}
              {of.loss != null && <span>{`Loss ${score(of.loss, 3)}`}</span>}
              {of.eval_loss != null && <span>{`Held back ${score(of.eval_loss, 3)}`}</span>}
            </div>
          </div>
        )}
        {of.note && of.status !== "waiting_approval" && <p className={styles.note}>{visible(of.note)}</p>}
      </div>
    </Panel>
  );
}

const inWords = (of: TuningJob) =>
  of.status === "queued"
    ? of.started_at
      ? `It waits until it is taken ${atTarget(of.target)}`
      : "A worker takes it next"
    : of.status === "cancelling"
      ? "It is being stopped"
      : "Its target does not tell how far it is";

const noLoss = (of: TuningJob) =>
  of.status === "waiting_approval" || of.status === "queued"
    ? "It has not begun."
    : goesOn(of.status)
      ? "The first step has not been told yet."
      : "Its target told no loss.";

const ended = (of: TuningJob) => `${stateWord(of.status)}, ${when(of.finished_at)}`;

function Deployment({ of }: { of: TuningJob }) {
  const told = of.deployment;
  if (!told) return null;
  const problem = told.problem as Record<string, unknown> | null | undefined;
  return (
    <Panel title="Deployment" pad>
      <div className="stack" style={{ gap: 8 }}>
        <Status
          status={String(told.state)}
          word={
            told.state === "deployed"
              ? `Registered as ${String(told.model)}`
              : told.state === "deploying"
                ? "Being made reachable"
                : "Not deployed"
          }
        />
        {problem && told.state === "failed" && (
          <div role="alert">
            <p style={{ margin: 0 }}>{visible(String(problem.detail ?? problem.title ?? ""))}</p>
            {problem.hint ? <p className="quiet">{String(problem.hint)}</p> : null}
          </div>
        )}
        {told.state === "deployed" && (
          <>
            <p className="quiet">
              {told.set_active
                ? "It was set active without the gate."
                : "It is not used yet: compare it with the active one first."}
            </p>
            <Link to="/training/models" search={{ id: String(told.model_id) } as never}>
              Open the model
            </Link>
          </>
        )}
      </div>
    </Panel>
  );
}

function About({ of }: { of: TuningJob }) {
  const dataset = useQuery(datasetLineage(of.dataset_id)).data?.dataset;
  const told = of.estimate as Record<string, number | string | null | undefined>;
  const lines = typeof told.train_lines === "number" ? told.train_lines : null;
  return (
    <Panel title="What it is" pad>
      <Facts
        rows={[
          ["Role", spoken(of.role)],
          [
            "Dataset",
            <Link key="dataset" to="/training/datasets" search={{ id: of.dataset_id } as never}>
              {dataset ? titled(dataset) : "The version"}
            </Link>,
          ],
          [
            "Lines",
            lines != null && `${whole(lines)} to train, ${whole(Number(told.validation_lines ?? 0))} held back`,
          ],
          ["Where", targetName(of.target)],
          [
            "Base model",
            <span key="base" className={`mono ${styles.wide}`}>
              {of.base_model}
            </span>,
          ],
          ["Learns from", of.method === "dpo" ? "pairs (DPO)" : "examples (SFT)"],
          ...chosen(of.settings),
          ["Expected", expected(of)],
          ["Cost", of.actual_cost == null ? null : money(of.actual_cost)],
          ["Basis", told.basis],
          ["Begun", `${when(of.created_at)} by ${byWhom(of.created_by)}${of.begun_by === "rule" ? ", by itself" : ""}`],
          ["Approved", of.approved_by && `by ${byWhom(of.approved_by)}`],
          ["Known there as", of.remote_id && <span className={`mono ${styles.wide}`}>{of.remote_id}</span>],
        ]}
      />
    </Panel>
  );
}

/** "$0.04, $12.00 a month to keep, ~40 s". */
function expected(of: TuningJob): string {
  const seconds = of.estimate.seconds;
  const time = typeof seconds === "number" ? `~${duration(seconds)}` : "";
  return [price(of.estimated_cost), keeping(of), time].filter(Boolean).join(", ");
}

const SHOWN = 200;

function Events({ rows }: { rows: TuningEvent[] }) {
  const [all, setAll] = useState(false);
  const [most, setMost] = useState(SHOWN);
  const steps = rows.filter((row) => row.loss != null || row.eval_loss != null).length;
  const chosenRows = (all ? rows : rows.filter((row) => row.loss == null && row.eval_loss == null)).slice().reverse();
  return (
    <Panel
      title="What happened"
      note={counted(chosenRows.length, "event")}
      aside={
        steps > 0 && (
          <Switch size="xs" label="Steps too" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
        )
      }
    >
      {chosenRows.length === 0 ? (
        <Empty title="Nothing yet.">What the target tells stands here as it comes.</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard
        <ol className={styles.events} tabIndex={0} aria-label="What happened, newest first">
          {chosenRows.slice(0, most).map((row) => (
            <li key={row.number}>
              <time dateTime={row.at} title={when(row.at)}>
                {atClock(row.at)}
              </time>
              <span data-level={row.level}>
                {row.level !== "info" && <b>{`${spoken(row.level)}: `}</b>}
                {visible(row.message)}
              </span>
            </li>
          ))}
        </ol>
      )}
      {chosenRows.length > most && (
        <div style={{ padding: "8px 16px" }}>
          <Button onClick={() => setMost(most + SHOWN)}>Show more</Button>
        </div>
      )}
    </Panel>
  );
}
