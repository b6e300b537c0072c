/** A task that was begun in a conversation, as a card that is alive: where it is, what it waits for, what came of it. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "../../api/me";
import { task as taskQuery } from "../../api/queries";
import { Notches } from "../../parts/Notches";
import { useNow } from "../../parts/now";
import { Loading, Trouble } from "../../parts/Rest";
import { lookOf, Status } from "../../parts/Status";
import { channelName, cost, duration, score, short, spoken } from "../../parts/words";
import { useGoesOut } from "../run/goesOut";
import { Questions } from "../run/Questions";
import { workOf, workSoFar } from "../run/Spent";
import type { Detail } from "../run/Task";
import { ChatApproval } from "./ChatApproval";
import { useDeciding } from "./ChatDeciding";
import styles from "./ChatTask.module.css";

/** `newest`: no card further down is of the same task; the text is opened in that one alone. */
export function ChatTask({ id, newest }: { id: string; newest: boolean }) {
  const query = useQuery(taskQuery(id));
  return (
    <section className={styles.card} aria-label="Task">
      {query.data ? (
        <Card task={query.data} read={query.dataUpdatedAt} newest={newest} />
      ) : query.error ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Loading rows={2} />
      )}
    </section>
  );
}

function Card({ task, read, newest }: { task: Detail; read: number; newest: boolean }) {
  const approver = useMay("approver");
  const [deciding, decide] = useDeciding();
  const going = task.status === "running";
  const now = useNow(going ? 1000 : null);
  const waits = task.status === "pending_approval";
  const open = waits && newest && deciding === task.task_id;
  const seconds = going ? workSoFar(task, read, now) : workOf(task);
  const goesOut = useGoesOut(task);
  const done = task.steps.filter((step) => step.state === "done").length;
  return (
    <>
      <div className={styles.head}>
        <Link to="/orchestrator/tasks/$id" params={{ id: task.task_id }} className={styles.title}>
          {short(task.topic ? spoken(task.topic) : task.request, 70)}
        </Link>
        <span className="space" />
        <Status status={task.status} tinted />
      </div>
      <div className={styles.line}>
        <Notches phase={task.phase} status={task.status} />
        <span className={styles.phase}>{whereabouts(task, done, goesOut)}</span>
      </div>
      <dl className={styles.facts}>
        <Fact name="Channels">{task.channels.map(channelName).join(", ")}</Fact>
        <Fact name={task.channels.length > 1 ? "Lowest quality" : "Quality"}>
          {task.quality_score == null ? "" : score(task.quality_score, 3)}
        </Fact>
        <Fact name="Steps">{task.steps.length ? `${done} of ${task.steps.length}` : ""}</Fact>
        <Fact name="Cost">{cost(task.cost)}</Fact>
        <Fact name="Time">{duration(seconds)}</Fact>
      </dl>
      {goesOut && !decided(task) && !open && <p className={styles.plan}>{goesOut}</p>}
      {newest && <Questions task={task} />}
      <Why task={task} />
      {task.status === "completed" && task.channels.length > 0 && (
        <div className={styles.acts}>
          <Link to="/content" search={{ tab: "published" }}>
            See what was published
          </Link>
        </div>
      )}
      {waits && !open && (
        <div className={styles.acts}>
          <span>{approver ? "It waits for your decision." : "It waits for an approver."}</span>
          <span className="space" />
          {approver && <Button onClick={() => decide(task.task_id)}>Read and decide here</Button>}
          <Link to="/orchestrator/approvals/$id" params={{ id: task.task_id }}>
            {approver ? "Open the approval" : "Read it"}
          </Link>
        </div>
      )}
      {open && <ChatApproval id={task.task_id} close={() => decide("")} />}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return children ? (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  ) : null;
}

const decided = (task: Detail) => ["approved", "publishing"].includes(task.status);

/** Where the task is, in words. */
function whereabouts(task: Detail, done: number, goesOut: string): string {
  if (task.status === "pending_approval") return "The text is ready to be read.";
  if (task.status === "needs_clarification") return "It asks before it goes on.";
  if (task.status === "completed") return "Done. What was approved went out once.";
  if (task.status === "queued") return "Waits for its turn.";
  if (decided(task)) return goesOut;
  if (lookOf(task.status) !== "running") return "";
  const phase = task.phase ? spoken(task.phase) : "Planning";
  return task.phase === "execution" && task.steps.length > done
    ? `${phase}, step ${done + 1} of ${task.steps.length}`
    : phase;
}

function Why({ task }: { task: Detail }) {
  const error = task.status_now.error as { title?: string; detail?: string; hint?: string } | null;
  const reason = task.status_now.reason;
  if (!["failed", "rejected", "cancelled", "expired"].includes(task.status) || !(error || reason)) return null;
  return (
    <p className={styles.why}>
      {error?.title && <b>{error.title}. </b>}
      {error?.detail ?? reason} {error?.hint}
    </p>
  );
}
