/** Write, see what changed, see the original. */
import { Button, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { Problem } from "../../api/client";
import { Diff } from "../../parts/Diff";
import { Panel } from "../../parts/Panel";
import { channelName, score } from "../../parts/words";
import styles from "./Approval.module.css";
import { type Edit, fieldsOf } from "./editing";
import type { Variant } from "./Preview";

type Props = {
  /** Whether the caller decides; who only reads is shown the text. */
  may: boolean;
  name: string;
  names: string[];
  pick: (name: string) => void;
  variant: Variant;
  edit: Edit | undefined;
  set: (field: keyof Edit, value: string) => void;
  reset: () => void;
  tried?: Schemas["TriedOut"];
  stale: boolean;
  error: unknown;
};

export function Editor({ may, name, names, pick, variant, edit, set, reset, tried, stale, error }: Props) {
  const [view, setView] = useState(may ? "write" : "original");
  const problem = error instanceof Problem ? error : null;
  const changes = edit
    ? fieldsOf(variant).filter(({ field, value }) => edit[field] !== undefined && edit[field] !== value).length
    : 0;
  return (
    <Panel
      title={!may ? "The text" : changes ? "Your changes" : "Change the text"}
      aside={
        may && (
          <SegmentedControl
            size="xs"
            value={view}
            onChange={setView}
            aria-label="View"
            data={[
              { value: "write", label: "Write" },
              { value: "changes", label: "Changes" },
              { value: "original", label: "Original" },
            ]}
          />
        )
      }
      pad
    >
      <div className="stack" style={{ gap: 12 }}>
        {names.length > 1 && (
          <SegmentedControl
            size="xs"
            value={name}
            onChange={pick}
            aria-label="Channel"
            data={names.map((each) => ({ value: each, label: channelName(each) }))}
          />
        )}
        {view === "original" && <p className={styles.text}>{variant.content}</p>}
        {view === "changes" &&
          (changes && tried ? (
            <Diff before={variant.content} after={tried.content} />
          ) : (
            <p className="quiet">Nothing was changed yet.</p>
          ))}
        {view === "write" &&
          fieldsOf(variant).map(({ field, label, value }) =>
            field === "subject" || field === "preheader" || field === "title" ? (
              <TextInput
                key={field}
                label={label}
                value={edit?.[field] ?? value}
                onChange={(event) => set(field, event.currentTarget.value)}
              />
            ) : (
              <Textarea
                key={field}
                label={label}
                autosize
                minRows={4}
                maxRows={24}
                value={edit?.[field] ?? value}
                onChange={(event) => set(field, event.currentTarget.value)}
              />
            ),
          )}
        {problem && (
          <p role="alert" className={styles.problem}>
            {problem.message} {problem.hint}
          </p>
        )}
        {may && (
          <div className="row" aria-live="polite">
            <span className="quiet">
              {changes === 0
                ? "An edit is kept as a difference and teaches the writer."
                : stale
                  ? "Judging…"
                  : tried
                    ? `Judged again: ${score(variant.quality_score, 3)} before, ${score(tried.quality_score, 3)} now.`
                    : ""}
            </span>
            <span className="space" />
            {changes > 0 && <Button onClick={reset}>Take back</Button>}
          </div>
        )}
      </div>
    </Panel>
  );
}
