/** The decision inside of a conversation: the exact text per channel as it was opened, bound to its fingerprint. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useProblem } from "../../api/problem";
import { approval, company } from "../../api/queries";
import { Shown } from "../../parts/Rest";
import { Glyph } from "../../parts/Status";
import { channelName, counted, score, spoken, whenZoned } from "../../parts/words";
import type { Waiting } from "../approve/Approval";
import { forbiddenWords, forbids } from "../approve/forbidding";
import { Preview } from "../approve/Preview";
import { meantFor, onceApproved } from "../approve/times";
import styles from "./ChatTask.module.css";

export function ChatApproval({ id, close }: { id: string; close: () => void }) {
  const query = useQuery(approval(id));
  return (
    <Shown query={query} rows={6}>
      {(found) => <Opened key={`${id}:${found.round}`} found={found} close={close} />}
    </Shown>
  );
}

/** What is decided on is what was read: when the text changes meanwhile, nothing can be approved before it is read anew. */
function Opened({ found, close }: { found: Waiting; close: () => void }) {
  const [read, setRead] = useState(found);
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: again for each text that is to be read
  useEffect(() => {
    box.current?.closest("section")?.scrollIntoView({ block: "start" }); // what is decided on is seen
  }, [read]);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const queries = useQueryClient();
  const house = useQuery(company()).data ?? "";
  const moved = !found.decision && found.fingerprint !== read.fingerprint;
  const names = Object.keys(read.channel_variants);
  const picked = names.filter((name) => !off.has(name));
  const content = read.kind === "content";
  const forbidden = picked.filter((name) => forbids(read.channel_variants[name]?.issues));
  const approve = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await ask(
        client.POST("/api/orchestrator/approve", {
          body: {
            task_id: read.task_id,
            verdict: "approve",
            round: read.round,
            kind: read.kind,
            fingerprint: read.fingerprint,
            publish_to_channels: content ? picked : undefined,
          },
        }),
      );
      await Promise.all(["task", "tasks", "approval"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      close();
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div ref={box} className={styles.decision} data-deciding>
      {names.map((name, place) => {
        const variant = read.channel_variants[name];
        return variant ? (
          <Preview
            key={name}
            name={name}
            variant={variant}
            showing={variant}
            company={house}
            time={onceApproved(meantFor(read))}
            place={place + 1}
            chosen={!off.has(name)}
            choose={(on) => setOff((all) => new Set(on ? [...all].filter((each) => each !== name) : [...all, name]))}
          />
        ) : null;
      })}
      <Issues issues={read.issues as Issue[]} />
      {content && meantFor(read) && (
        <p className={styles.plan}>
          Approved, it goes out {whenZoned(meantFor(read))}, as it was asked for. Another time is chosen where it is
          edited.
        </p>
      )}
      {!content && <p className={styles.plan}>The plan itself waits for a decision. Open the approval to read it.</p>}
      {forbidden.length > 0 && (
        <p role="status" className={styles.problem}>
          {forbiddenWords(forbidden)}
        </p>
      )}
      {problem && (
        <p role="alert" className={styles.problem}>
          {problem.message} {problem.hint}
        </p>
      )}
      {moved && (
        <div className={styles.moved} role="alert">
          <span>
            <b>Somebody changed the text after you opened it.</b> You can decide once you have read what stands now.
          </span>
          <Button onClick={() => setRead(found)}>Show what stands now</Button>
        </div>
      )}
      <div className={styles.acts}>
        <span className="quiet">
          {read.quality_score != null &&
            `${names.length > 1 ? "Lowest score" : "Scored"} ${score(read.quality_score, 3)}, `}
          {counted(read.issues.length, "issue")}; exactly this text,{" "}
          <span className="mono">{read.fingerprint.slice(0, 6)}</span>
        </span>
        <span className="space" />
        <Link to="/orchestrator/approvals/$id" params={{ id: read.task_id }}>
          Edit, schedule or reject
        </Link>
        <Button onClick={close}>Later</Button>
        {content && (
          <Button
            variant="filled"
            loading={busy}
            disabled={moved || !!found.decision || picked.length === 0 || forbidden.length > 0}
            onClick={() => void approve()}
          >
            {picked.length === 0 || picked.length === names.length
              ? "Approve"
              : `Approve for ${picked.map(channelName).join(", ")}`}
          </Button>
        )}
      </div>
    </div>
  );
}

type Issue = { message: string; severity: string; dimension: string };

function Issues({ issues }: { issues: Issue[] }) {
  if (issues.length === 0) return null;
  return (
    <ul className={styles.issues} aria-label="Issues">
      {issues.map((issue) => (
        <li key={issue.dimension + issue.message}>
          <Glyph look={issue.severity === "blocking" ? "failed" : "you"} />
          <span>
            {issue.message} <span className="quiet">{`${spoken(issue.dimension)}, ${issue.severity}`}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
