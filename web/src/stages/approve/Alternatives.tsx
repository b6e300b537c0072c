/** Another text for the channel, from the same facts: a person takes one, and the one left teaches the writer. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { approval } from "../../api/queries";
import { Diff } from "../../parts/Diff";
import { Panel } from "../../parts/Panel";
import { Trouble } from "../../parts/Rest";
import { counted, score, visible } from "../../parts/words";
import styles from "./Approval.module.css";

type Waiting = Schemas["ApprovalOut"];
type Offered = Schemas["OfferedOut"];
type Props = {
  found: Waiting;
  name: string;
  /** Whether changes wait in the editor, which belong to the text that waits now. */
  unsent: boolean;
  blocked: boolean;
  took: (found: Waiting) => void;
};
const MOST = 3;

export function Alternatives({ found, name, unsent, blocked, took }: Props) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const offered = found.alternatives?.[name] ?? [];
  const waits = offered.find((one) => one.chosen);
  const params = { path: { task_id: found.task_id } };
  const act = async (what: string, call: () => Promise<Waiting>) => {
    setBusy(what);
    setProblem(null);
    try {
      const after = await call();
      took(after);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    }
    setBusy(null);
    void queries.invalidateQueries({ queryKey: approval(found.task_id).queryKey });
  };
  const another = () =>
    act("another", () =>
      ask(client.POST("/api/orchestrator/approval/{task_id}/alternatives", { params, body: { channel: name } })),
    );
  const take = (version: number) =>
    act(`take ${version}`, () =>
      ask(
        client.PUT("/api/orchestrator/approval/{task_id}/choice", {
          params,
          body: { channel: name, version, fingerprint: found.fingerprint },
        }),
      ),
    );
  return (
    <Panel
      title="Other texts"
      note={offered.length > 0 ? "the one you leave teaches the writer" : undefined}
      aside={
        offered.length < MOST && (
          <Button size="compact-sm" loading={busy === "another"} disabled={blocked} onClick={() => void another()}>
            Write another
          </Button>
        )
      }
      pad
    >
      <div className="stack">
        {offered.length === 0 && (
          <p className="quiet">One text waits. Ask for another from the same facts, and take the better one.</p>
        )}
        {offered.map((one) => (
          <Text
            key={one.version}
            of={one}
            against={waits}
            busy={busy === `take ${one.version}`}
            disabled={unsent || blocked || busy !== null}
            take={() => void take(one.version)}
          />
        ))}
        {unsent && offered.length > 0 && (
          <p className="quiet">Your changes belong to the text that waits: take them back before you take another.</p>
        )}
        {problem && <Trouble error={problem} what="The text that waits is as it was" />}
      </div>
    </Panel>
  );
}

type TextProps = { of: Offered; against?: Offered; busy: boolean; disabled: boolean; take: () => void };

function Text({ of, against, busy, disabled, take }: TextProps) {
  const [compared, setCompared] = useState(false);
  return (
    <section aria-label={`Version ${of.version}`} className="stack" style={{ gap: 6 }}>
      <div className="row">
        <b>{of.chosen ? "Waits now" : `Version ${of.version}`}</b>
        <span className="quiet">{`${score(of.quality_score, 3)}, ${counted(of.issues?.length ?? 0, "issue")}`}</span>
        <span className="space" />
        {!of.chosen && (
          <>
            <Button size="compact-sm" variant="subtle" aria-pressed={compared} onClick={() => setCompared(!compared)}>
              {compared ? "As it is" : "Beside the other"}
            </Button>
            <Button size="compact-sm" loading={busy} disabled={disabled} onClick={take}>
              Take this one
            </Button>
          </>
        )}
      </div>
      {!of.chosen &&
        (compared && against ? (
          <Diff before={against.content} after={of.content} />
        ) : (
          <p className={styles.text}>{visible(of.content)}</p>
        ))}
    </section>
  );
}
