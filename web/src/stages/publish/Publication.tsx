/** One publication: the exact text, where it went, the evidence, and what can be done with it. */
import { Button, CopyButton, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../api/me";
import { publication, type Publication as Shape } from "../../api/queries";
import { Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { byWhom, capital, channelName, counted, spoken, when } from "../../parts/words";
import { Pictures } from "../approve/Preview";
import { Schedule } from "../approve/Schedule";
import { inputTime } from "../approve/times";
import { useActs } from "./acting";
import { ByHand } from "./ByHand";
import styles from "./Content.module.css";
import { Measured } from "./Measured";
import { Said, Settle } from "./Settle";

type Detail = Shape & {
  deliveries: {
    recipient: string | null;
    state: string;
    attempts: number;
    begun_at: string | null;
    said: string | null;
    settled_by: string | null;
    where: string;
  }[];
};

export function Publication({ id, close }: { id: string | undefined; close: () => void }) {
  return (
    <Modal opened={id !== undefined} onClose={close} title="Publication" size="lg">
      {id && <Loaded id={id} />}
    </Modal>
  );
}

function Loaded({ id }: { id: string }) {
  const query = useQuery(publication(id));
  return <Shown query={query}>{(found) => <Whole one={found as Detail} />}</Shown>;
}

function Whole({ one }: { one: Detail }) {
  const approver = useMay("approver");
  return (
    <div className="stack">
      <div className="row">
        <Status status={one.state} tinted />
        <b>{channelName(one.channel)}</b>
        <span className="space" />
        <Link to="/orchestrator/tasks/$id" params={{ id: one.task_id }}>
          Its task
        </Link>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <p className={styles.text} tabIndex={0}>
        {one.text}
      </p>
      <Pictures images={one.images ?? []} />
      <div className="row">
        <Copy value={one.text} what="Copy the text" />
        {one.url && <Copy value={one.url} what={isAddress(one.url) ? "Copy the address" : "Copy the file's name"} />}
      </div>
      <Facts one={one} />
      {one.deliveries.length > 0 && <Evidence one={one} />}
      {one.actions?.includes("resolve") && (
        <Settle id={one.publication_id} attempt={one.attempt} attempted={one.attempted_at} />
      )}
      {one.actions?.includes("posted") && <ByHand id={one.publication_id} posted={one.posted} may={approver} />}
      {approver && one.state !== "unknown" && <Acts one={one} />}
      {one.state === "published" && <Measured id={one.publication_id} />}
    </div>
  );
}

export const isAddress = (url: string) => /^https?:\/\//i.test(url);

export function Copy({ value, what = "Copy" }: { value: string; what?: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => <Button onClick={copy}>{copied ? "Copied" : what}</Button>}
    </CopyButton>
  );
}

/** Where it stands: an address to open, or a file in the outbox folder. */
export function Where({ url, brief = false }: { url: string | null; brief?: boolean }) {
  if (!url) return <>–</>;
  if (!isAddress(url))
    return brief ? `Outbox folder: ${url.split(/[\\/]/).pop()}` : <span className="mono">{url}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {url}
    </a>
  );
}

function Facts({ one }: { one: Detail }) {
  const rows: [string, React.ReactNode][] = [
    ["Goes by", one.delivered_by === one.account ? spoken(one.account) : `${spoken(one.delivered_by)}, ${one.account}`],
    ["Stands at", <Where key="where" url={one.url} />],
    ["Due", one.scheduled_at ? when(one.scheduled_at) : null],
    ["Handed over", one.attempted_at ? when(one.attempted_at) : null],
    ["Next attempt", one.next_attempt_at ? when(one.next_attempt_at) : null],
    [one.state === "published" ? "Published" : "Ended", one.finished_at ? when(one.finished_at) : null],
    ["Recipients", one.channel === "email" ? counted(one.recipients, "address", "addresses") : null],
    ["Not reached", one.unsent ? counted(one.unsent, "address", "addresses") : null],
    ["Not known", one.unknown ? counted(one.unknown, "address", "addresses") : null],
    ["Note", one.note],
    ["Text's fingerprint", <span key="print" className="mono">{`${one.fingerprint.slice(0, 16)}…`}</span>],
  ];
  return (
    <dl className={styles.facts}>
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
    </dl>
  );
}

function Pair({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

const LOOKS: Record<string, string> = { sent: "published", not_sent: "cancelled", waiting: "pending" };

function Evidence({ one }: { one: Detail }) {
  return (
    <div style={{ overflowX: "auto" }}>
      <table className="ledger">
        <thead>
          <tr>
            <th>To</th>
            <th>State</th>
            <th>What was said</th>
          </tr>
        </thead>
        <tbody>
          {one.deliveries.slice(0, 200).map((each) => (
            <tr key={each.recipient ?? each.where}>
              <td className={styles.where}>{each.recipient ?? each.where}</td>
              <td>
                <Status status={LOOKS[each.state] ?? each.state} word={spoken(each.state)} />
              </td>
              <td className={styles.where}>
                {each.said ?? (each.settled_by ? `${capital(byWhom(each.settled_by))} looked and settled it.` : "–")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Acts({ one }: { one: Detail }) {
  const { busy, problem, cancel, retry, move } = useActs(one.publication_id);
  const [choosing, setChoosing] = useState(false);
  const [sure, setSure] = useState(false);
  const actions = one.actions ?? [];
  if (actions.length === 0 && !problem) return null;
  return (
    <div className="stack">
      <Said problem={problem} known={[]} />
      {sure && <p style={{ margin: 0 }}>It stops for good and is not sent. The text stays with its task.</p>}
      <div className="row">
        {actions.includes("retry") && (
          <Button loading={busy === "retry"} onClick={() => void retry()}>
            Send it now
          </Button>
        )}
        {actions.includes("reschedule") && !sure && (
          <Button loading={busy === "move"} onClick={() => setChoosing(true)}>
            Another time
          </Button>
        )}
        {actions.includes("cancel") && !sure && (
          <Button c="var(--failed)" onClick={() => setSure(true)}>
            Cancel publication
          </Button>
        )}
        {sure && (
          <>
            <Button onClick={() => setSure(false)}>Keep it</Button>
            <Button
              variant="filled"
              color="red"
              loading={busy === "cancel"}
              onClick={() => void cancel().then(() => setSure(false))}
            >
              Cancel publication
            </Button>
          </>
        )}
      </div>
      <Schedule
        opened={choosing}
        at={one.scheduled_at ? inputTime(new Date(one.scheduled_at)) : ""}
        keep={(at) => void move(at ? new Date(at).toISOString() : null, one.scheduled_at)}
        close={() => setChoosing(false)}
      />
    </div>
  );
}
