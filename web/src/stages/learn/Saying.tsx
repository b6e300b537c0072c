/** An approver's word about a pattern: reject it or let it in again, pin it, write a note. */
import { Button, Modal, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { complain } from "../../api/problem";
import { type Pattern, patterns } from "../../api/queries";
import { Key, useKeys } from "../../parts/Key";
import styles from "./Learning.module.css";

/** Sends a word; whether it was taken. What the list shows follows. */
export function useSay() {
  const queries = useQueryClient();
  return async (id: string, word: Schemas["PatternIn"]): Promise<boolean> => {
    try {
      await ask(
        client.PATCH("/api/orchestrator/learning/patterns/{pattern_id}", {
          params: { path: { pattern_id: id } },
          body: word,
        }),
      );
    } catch (error) {
      complain("Your word was not taken", error);
      return false;
    }
    await queries.invalidateQueries({ queryKey: patterns().queryKey });
    await queries.invalidateQueries({ queryKey: ["learning", "pattern", id] });
    return true;
  };
}

export function Acts({ of, small = true }: { of: Pattern; small?: boolean }) {
  const say = useSay();
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState("");
  const [sending, setSending] = useState(false);
  const size = small ? "compact-xs" : undefined;
  const variant = small ? "subtle" : undefined;
  const name = of.conditions.map((each) => each.label).join(", ");
  useKeys(!small && of.state !== "rejected" ? [["x", () => setAsking(true)]] : [], { inDialog: true });
  const reject = async () => {
    setSending(true);
    const taken = await say(of.id, { rejected: true, why: why.trim() || null });
    setSending(false);
    if (!taken) return;
    setAsking(false);
    setWhy("");
  };
  return (
    <span className={styles.acts}>
      {(of.pinned || of.state !== "rejected") && (
        <Button
          size={size}
          variant={variant}
          aria-pressed={of.pinned}
          aria-label={`${of.pinned ? "Unpin" : "Pin"}: ${name}`}
          onClick={() => void say(of.id, { pinned: !of.pinned })}
        >
          {of.pinned ? "Unpin" : "Pin"}
        </Button>
      )}
      {of.state === "rejected" ? (
        <Button
          size={size}
          variant={variant}
          aria-label={`Let in again: ${name}`}
          onClick={() => void say(of.id, { rejected: false })}
        >
          Let in again
        </Button>
      ) : (
        <Button
          size={size}
          variant={variant}
          aria-label={`Reject: ${name}`}
          onClick={() => setAsking(true)}
          rightSection={small ? undefined : <Key>X</Key>}
        >
          Reject
        </Button>
      )}
      <Modal opened={asking} onClose={() => setAsking(false)} title="Reject this pattern?">
        <div className="stack" style={{ textAlign: "left" }}>
          <p style={{ margin: 0 }}>{of.sentence}</p>
          <p className="quiet">
            It is never used again, whatever later searches find, until somebody lets it in again. Nor is what adds a
            condition to it.
          </p>
          <Textarea
            label="Why"
            description="For the record; may be left out"
            autosize
            minRows={2}
            maxLength={500}
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
          <div className="row">
            <span className="space" />
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button variant="filled" loading={sending} onClick={() => void reject()}>
              Reject it
            </Button>
          </div>
        </div>
      </Modal>
    </span>
  );
}

export function Note({ of }: { of: Pattern }) {
  const say = useSay();
  const [text, setText] = useState(of.note ?? "");
  const [sending, setSending] = useState(false);
  const save = async () => {
    setSending(true);
    await say(of.id, { note: text.trim() || null });
    setSending(false);
  };
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Textarea
        label="Note"
        description="Stands beside the pattern for everyone"
        autosize
        minRows={2}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div>
        <Button disabled={text.trim() === (of.note ?? "")} loading={sending} onClick={() => void save()}>
          Save note
        </Button>
      </div>
    </div>
  );
}
