/** What needs you, what runs, what was learned, what it cost. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMay } from "../api/me";
import {
  commandNumbers,
  needsYou,
  type Pattern,
  patterns,
  publications,
  running,
  settings,
  summary,
  type TaskRow,
  unknownOutcomes,
} from "../api/queries";
import { Facts } from "../parts/Facts";
import { Key, useKeys } from "../parts/Key";
import { Notches } from "../parts/Notches";
import { useNow } from "../parts/now";
import { Panel } from "../parts/Panel";
import { Empty, Shown } from "../parts/Rest";
import { Glyph, Status } from "../parts/Status";
import {
  ago,
  atClock,
  capital,
  channelName,
  cost,
  counted,
  duration,
  money,
  NONE,
  percent,
  score,
  short,
  spoken,
  when,
  whole,
} from "../parts/words";
import { useMine } from "../shell/badges";
import { scored } from "../stages/approve/Approvals";
import { Effect } from "../stages/learn/Estimate";
import { gist } from "../stages/publish/reading";
import { NewTask } from "../stages/request/NewTask";
import styles from "./Home.module.css";

export function Home() {
  const now = useNow(30_000);
  return (
    <>
      <Sentence />
      <p className={`quiet ${styles.when}`}>{when(new Date(now))}</p>
      <div className="columns">
        <div className="stack">
          <Ask />
          <NeedsYou now={now} />
          <Running now={now} />
          <Published now={now} />
        </div>
        <div className="stack">
          <Learned now={now} />
          <Spending />
        </div>
      </div>
    </>
  );
}

const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
const word = (count: number) => NUMBERS[count] ?? String(count);

function Sentence() {
  const asked = [useQuery(needsYou()), useQuery(unknownOutcomes()), useQuery(running())];
  const commands = useQuery(commandNumbers());
  const [waiting = 0, unknown = 0, going = 0] = asked.map((query) => query.data?.total ?? 0);
  const needed = waiting + unknown + (commands.data?.dead_letters ?? 0);
  const reader = !useMay("operator");
  const [one, many, none] = reader
    ? ["thing waits for somebody", "things wait for somebody", "Nothing waits for anybody. "]
    : ["thing needs you", "things need you", "Nothing needs you. "];
  const all = [...asked, commands];
  if (all.some((query) => query.data === undefined)) return <Unknown failed={all.some((query) => query.error)} />;
  return (
    <h1 className="say">
      {needed === 0 ? (
        none
      ) : reader ? (
        `${word(needed)} ${needed === 1 ? one : many}. `
      ) : (
        <em>{`${word(needed)} ${needed === 1 ? one : many}. `}</em>
      )}
      {going > 0
        ? `${word(going)} ${going === 1 ? "task is" : "tasks are"} under way.`
        : needed > 0
          ? "Nothing else runs."
          : reader
            ? ""
            : "Ask for something."}
    </h1>
  );
}

/** Nothing is claimed before it is known. */
function Unknown({ failed }: { failed: boolean }) {
  return (
    <h1 className="say" aria-busy={!failed}>
      {failed ? "What needs you is not known just now." : <span className="unseen">Home</span>}
      {"\u00a0"}
    </h1>
  );
}

function Ask() {
  return useMay("operator") ? (
    <Panel label="Ask for something">
      <NewTask />
    </Panel>
  ) : null;
}

/** A task's address where a person has something to do: its approval, else the task. */
const addressOf = (task: TaskRow) =>
  task.status === "pending_approval"
    ? ({ to: "/orchestrator/approvals/$id", params: { id: task.task_id } } as const)
    : ({ to: "/orchestrator/tasks/$id", params: { id: task.task_id } } as const);

const MOST = 9; // as many as there are keys
const MOST_UNKNOWN = 3;

function NeedsYou({ now }: { now: number }) {
  const waiting = useQuery(needsYou());
  const unknown = useQuery(unknownOutcomes());
  const failed = useQuery(commandNumbers()).data?.dead_letters ?? 0;
  const navigate = useNavigate();
  const operator = useMay("operator");
  const approver = useMay("approver");
  const mine = useMine();
  const rows = waiting.data?.items.slice(0, MOST) ?? []; // who waits longest is first, as in Approvals
  const open = unknown.data?.items.slice(0, MOST_UNKNOWN) ?? [];
  const more = (waiting.data?.total ?? 0) - rows.length;
  const moreUnknown = (unknown.data?.total ?? 0) - open.length;
  useKeys(rows.map((task, place): [string, () => void] => [String(place + 1), () => void navigate(addressOf(task))]));
  return (
    <Panel title={operator ? "Needs you" : "Waits for somebody"}>
      <Shown query={waiting}>
        {() =>
          rows.length + open.length + failed === 0 ? (
            <Empty title={operator ? "Nothing needs you." : "Nothing waits."}>
              What waits for a decision appears here as soon as it does.
            </Empty>
          ) : (
            <ul className={styles.list}>
              {open.map((publication) => (
                <li key={publication.publication_id}>
                  <Glyph look="unknown" />
                  <div>
                    <b>{`Is the ${channelName(publication.channel)} post out?`}</b>
                    <p>{publication.note ?? "The line broke after sending. Nothing is sent again until you answer."}</p>
                  </div>
                  <div className={styles.act}>
                    <span className="quiet">{ago(publication.attempted_at, now)}</span>
                    <Button component={Link} {...({ to: "/content" } as object)}>
                      {approver ? "Answer" : "Read"}
                    </Button>
                  </div>
                </li>
              ))}
              {failed > 0 && <FailedCommands count={failed} may={operator} />}
              {rows.map((task, place) => (
                <li key={task.task_id}>
                  <Glyph look={mine(task) ? "you" : "waiting"} />
                  <div>
                    <b>{short(task.request, 90)}</b>
                    <p>
                      {task.status === "needs_clarification"
                        ? "Asks a question before it plans."
                        : [capital(scored(task) ?? ""), task.channels.map(channelName).join(", ")]
                            .filter(Boolean)
                            .join(". ")}
                    </p>
                  </div>
                  <div className={styles.act}>
                    <span className="quiet">{ago(task.created_at, now)}</span>
                    <Button
                      variant={place === 0 && mine(task) ? "filled" : "default"}
                      onClick={() => void navigate(addressOf(task))}
                      rightSection={<Key>{String(place + 1)}</Key>}
                    >
                      {!mine(task) ? "Read" : task.status === "needs_clarification" ? "Answer" : "Review"}
                    </Button>
                  </div>
                </li>
              ))}
              {more + moreUnknown > 0 && (
                <li className={styles.more}>
                  <span />
                  <span>
                    {more > 0 && (
                      <Link to="/orchestrator/approvals">{`${counted(more, "more task waits", "more tasks wait")}`}</Link>
                    )}
                    {more > 0 && moreUnknown > 0 && ", "}
                    {moreUnknown > 0 && (
                      <Link to="/content">
                        {`${counted(moreUnknown, "more publication", "more publications")} of unknown outcome`}
                      </Link>
                    )}
                  </span>
                </li>
              )}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}

function FailedCommands({ count, may }: { count: number; may: boolean }) {
  return (
    <li>
      <Glyph look="failed" />
      <div>
        <b>{counted(count, "command failed", "commands failed")}</b>
        <p>{`No agent tries ${count === 1 ? "it" : "them"} again until somebody does something about it.`}</p>
      </div>
      <div className={styles.act}>
        <Button component={Link} {...({ to: "/queue", search: { status: "failed" } } as object)}>
          {may ? "Retry or delete" : "Read"}
        </Button>
      </div>
    </li>
  );
}

function Running({ now }: { now: number }) {
  const query = useQuery(running());
  return (
    <Panel title="Running" aside={<Link to="/orchestrator">All tasks</Link>}>
      <Shown query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="Nothing runs." />
          ) : (
            <table className="ledger stacked">
              <thead>
                <tr>
                  <th>Task</th>
                  <th>Phase</th>
                  <th className="right">Cost</th>
                  <th className="right">Time</th>
                </tr>
              </thead>
              <tbody>
                {page.items.slice(0, MOST).map((task) => (
                  <tr key={task.task_id}>
                    <td>
                      <Link to="/orchestrator/tasks/$id" params={{ id: task.task_id }}>
                        {short(task.request, 60)}
                      </Link>
                    </td>
                    <td>
                      <div className="row">
                        <Notches phase={task.phase} status={task.status} />
                        <Status
                          status={task.status}
                          word={task.status === "running" && task.phase ? spoken(task.phase) : undefined}
                        />
                      </div>
                    </td>
                    <td className="right">{cost(task.cost)}</td>
                    <td className="right">{duration((now - Date.parse(task.created_at)) / 1000)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
    </Panel>
  );
}

function Published({ now }: { now: number }) {
  const query = useQuery(publications(["published"], 6));
  return (
    <Panel title="Published" aside={<Link to="/content">Content</Link>}>
      <Shown query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="Nothing published.">What you approve is published once, and appears here.</Empty>
          ) : (
            <table className="ledger stacked">
              <tbody>
                {page.items.map((publication) => (
                  <tr key={publication.publication_id}>
                    <td>{short(gist(publication), 70)}</td>
                    <td>{channelName(publication.channel)}</td>
                    <td className="quiet">{publication.delivered_by}</td>
                    <td className="right quiet" title={atClock(publication.finished_at)}>
                      {ago(publication.finished_at, now)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
    </Panel>
  );
}

const MOST_LEARNED = 3;

/** What stands after every test, pinned and newest first; without any, how far the data is from a claim. */
function Learned({ now }: { now: number }) {
  const query = useQuery(patterns());
  return (
    <Panel title="Learned" aside={<Link to="/learning">{told(query.data) ?? "Learning"}</Link>}>
      <Shown query={query}>
        {(found) => (
          <ul className={styles.findings}>
            {newest(found.patterns).map((one) => (
              <li key={one.id} className={styles.claim}>
                <Link to="/learning" search={{ pattern: one.id }} className={styles.finding}>
                  {one.sentence}
                </Link>
                <Effect of={one} />
                <p className="quiet">
                  {`Stands since ${ago(one.stood_since ?? one.first_seen, now)}`}
                  {found.is_sample && ", in the sample company's data"}
                </p>
              </li>
            ))}
            {found.patterns.length === 0 && (
              <li className={styles.claim}>
                <p className={styles.finding}>No claim yet.</p>
                <p className="quiet">
                  {found.n < found.needed
                    ? `${whole(found.n)} of ${whole(found.needed)} scored posts that a claim needs.`
                    : `${counted(found.tested, "candidate")} tested on ${counted(found.n, "scored post")}; none was clearer than luck would make it.`}
                </p>
              </li>
            )}
          </ul>
        )}
      </Shown>
    </Panel>
  );
}

const told = (found: { patterns: unknown[]; tested: number } | undefined) =>
  found && found.patterns.length > 0 ? `${whole(found.patterns.length)} of ${whole(found.tested)} tested` : undefined;

const newest = (rows: Pattern[]) =>
  [...rows]
    .sort(
      (one, other) =>
        Number(other.pinned) - Number(one.pinned) || (other.stood_since ?? "").localeCompare(one.stood_since ?? ""),
    )
    .slice(0, MOST_LEARNED);

const ofBudget = (spent: number, limit: unknown) =>
  typeof limit === "number" ? `${money(spent)} of ${money(limit)}` : money(spent);

function Spending() {
  const query = useQuery(summary());
  const limits = useQuery(settings()).data;
  return (
    <Panel title="Spending and results" pad>
      <Shown query={query}>
        {(all) => (
          <Facts
            right
            rows={[
              ["Spent today", ofBudget(all.cost_today, limits?.daily_budget_usd?.value)],
              ["Spent this month", ofBudget(all.cost_this_month, limits?.monthly_budget_usd?.value)],
              [
                all.is_sample ? "Sample tasks done" : "Tasks done",
                `${whole(all.successful)} of ${whole(all.total_executions - all.called_off)}`,
              ],
              [
                "Approved",
                all.approval_rate == null
                  ? NONE
                  : `${percent(all.approval_rate)}, n = ${whole(all.approved + all.rejected)}`,
              ],
              [
                "Mean quality",
                all.avg_quality_score == null ? NONE : `${score(all.avg_quality_score, 3)}, n = ${whole(all.judged)}`,
              ],
              ["Mean time at work", duration(all.avg_seconds)],
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}
