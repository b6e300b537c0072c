/** One task: what was asked, where it is on its journey, its plan, its steps, what came out. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { isMissing, type Schemas } from "../../api/client";
import { task as taskQuery } from "../../api/queries";
import { NoSuch } from "../../pages/Missing";
import { Assumed, assumptions } from "../../parts/Assumed";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { byWhom, counted, duration, short, spoken, visible, when } from "../../parts/words";
import { Calls } from "./Calls";
import { Compare } from "./Compare";
import { Graph } from "./Graph";
import { useGoesOut, useUnsure } from "./goesOut";
import { Happened } from "./Happened";
import { Phases } from "./Phases";
import { Questions } from "./Questions";
import { Results } from "./Results";
import { Spent } from "./Spent";
import { Steps } from "./Steps";
import styles from "./Task.module.css";
import { TaskActions } from "./TaskActions";

export type Detail = Schemas["TaskDetail"];

export function Task() {
  const { id } = useParams({ from: "/orchestrator/tasks/$id" });
  const query = useQuery(taskQuery(id));
  if (!query.data && isMissing(query.error))
    return <NoSuch what="task" back={<Link to="/orchestrator">See every task</Link>} />;
  return <Shown query={query}>{(found) => <Found key={id} task={found} read={query.dataUpdatedAt} />}</Shown>;
}

function Found({ task, read }: { task: Detail; read: number }) {
  const { compare, step: chosen } = useSearch({ from: "/orchestrator/tasks/$id" });
  const navigate = useNavigate({ from: "/orchestrator/tasks/$id" });
  const choose = (step: string | undefined) =>
    void navigate({
      search: (before: Record<string, string | undefined>) => ({ ...before, step }),
      replace: true,
      resetScroll: false,
    });
  const going = task.status === "running"; // a text that waits for its time costs none
  const now = useNow(going ? 1000 : null);
  useEffect(() => {
    document.title = `${short(task.request, 50)} · Tasks · Cofounder`;
  }, [task.request]);
  return (
    <>
      <p className="quiet crumbs">
        <Link to="/orchestrator">Tasks</Link> / <span className="mono">{task.task_id.slice(-8)}</span>, asked{" "}
        {when(task.created_at)}
        {task.source !== "user_request" && ` by ${byWhom(task.source)}`}
        {task.is_sample && ", sample data"}
      </p>
      <div className={styles.head}>
        <h1>{task.topic ? short(spoken(task.topic), 70) : short(task.request, 70)}</h1>
        <Status
          status={task.status_now.waits_for ? "queued" : task.status}
          word={task.status_now.waits_for ? "Waits for an agent" : undefined}
          tinted
        />
        <span className="space" />
        <TaskActions task={task} chosen={chosen} />
      </div>
      <p className={styles.request}>
        <q>{visible(task.request)}</q>
        <Given task={task} />
      </p>
      {task.parent_task_id && (
        <p className={`quiet ${styles.again}`}>
          Run again from step <span className="mono">{task.rerun_from}</span> of{" "}
          <Link to="/orchestrator/tasks/$id" params={{ id: task.parent_task_id }}>
            an earlier task
          </Link>
          .{" "}
          <Link to="/orchestrator/tasks/$id" params={{ id: task.task_id }} search={{ compare: task.parent_task_id }}>
            Compare the two results
          </Link>
        </p>
      )}
      <Assumed told={assumptions(task.intent_read)} />
      <GoesOut task={task} />
      {task.status_now.phases.length > 0 && <Phases task={task} />}
      <Trouble task={task} />
      {compare && <Compare task={task} other={compare} />}
      <div className="stack">
        {task.steps.length > 0 && (
          <Panel
            title="Plan"
            note={counted(task.steps.length, "step")}
            aside={
              task.plan && (
                <>
                  <svg width="22" height="4" aria-hidden="true">
                    <path d="M0 2h22" stroke="var(--ink)" strokeWidth="3.5" />
                  </svg>
                  critical path, about {duration(task.plan.critical_path_seconds)}
                </>
              )
            }
          >
            <Graph steps={task.steps} plan={task.plan} chosen={chosen} choose={choose} />
          </Panel>
        )}
        <div className="columns">
          <div className="stack">
            <Questions task={task} />
            <Results task={task} />
            <Steps task={task} chosen={chosen} choose={choose} />
          </div>
          <div className="stack">
            <Spent task={task} read={read} now={now} going={going} />
            <Happened task={task} />
            <Calls id={task.task_id} />
          </div>
        </div>
      </div>
    </>
  );
}

function GoesOut({ task }: { task: Detail }) {
  const told = useGoesOut(task);
  const unsure = useUnsure(task)[0];
  if (!told) return null;
  return (
    <p className={`quiet ${styles.again}`}>
      {told}{" "}
      {unsure && (
        <Link to="/content/$id" params={{ id: unsure.publication_id }}>
          See the evidence and answer
        </Link>
      )}
    </p>
  );
}

function Given({ task }: { task: Detail }) {
  const given = Object.entries(task.business_metrics ?? {}).filter(([, value]) => value !== null);
  if (given.length === 0) return null;
  const said = given.map(
    ([name, value]) =>
      `${spoken(name).toLowerCase()} ${typeof value === "number" ? value.toLocaleString() : String(value)}`,
  );
  return <span className={styles.given}>Given: {said.join(", ")}.</span>;
}

function Trouble({ task }: { task: Detail }) {
  const error = task.status_now.error as { title?: string; detail?: string; hint?: string } | null;
  const reason = task.status_now.reason;
  const waits = task.status === "queued" && task.status_now.outcome === "defer";
  if (!error && !(reason && (waits || ["rejected", "failed", "cancelled", "expired"].includes(task.status))))
    return null;
  return (
    <div className={styles.trouble} role="status">
      <b>{error?.title ?? (waits ? "Why it waits" : "Why it ended")}</b>
      <p>{error?.detail ?? reason}</p>
      {error?.hint && <p className="quiet">{error.hint}</p>}
    </div>
  );
}
