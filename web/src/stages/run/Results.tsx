/** What came out: each text, to copy or download. */
import { Button, CopyButton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Panel } from "../../parts/Panel";
import { Empty } from "../../parts/Rest";
import { counted } from "../../parts/words";
import type { Detail } from "./Task";
import styles from "./Task.module.css";
import { useTexts } from "./texts";

const Formatted = lazy(() => import("../request/ChatText").then((found) => ({ default: found.ChatText })));

export function Results({ task }: { task: Detail }) {
  const texts = useTexts(task);
  if (texts.length === 0 && (task.status !== "completed" || task.steps.length > 0)) return null;
  if (texts.length === 0)
    return (
      <Panel title="Result">
        <Empty title="No text is kept with this task.">
          {task.source === "legacy" || task.is_sample
            ? "It was done before this product; its figures count all the same."
            : "It ended without one."}
        </Empty>
      </Panel>
    );
  return (
    <Panel title="Result" aside={texts.length > 1 ? counted(texts.length, "text") : undefined}>
      {texts.map((made) => (
        <article key={made.id} className={styles.result}>
          <div className="row">
            <h3>{made.name}</h3>
            <span className="space" />
            <CopyButton value={made.text}>
              {({ copied, copy }) => <Button onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}
            </CopyButton>
            <Button onClick={() => save(`${made.name}-${task.task_id.slice(-8)}.txt`, made.text)}>Download</Button>
          </div>
          {made.markdown ? (
            <Suspense fallback={<p className={styles.text}>{made.text}</p>}>
              <Formatted text={made.text} />
            </Suspense>
          ) : (
            <p className={styles.text}>{made.text}</p>
          )}
          {made.notes.map((note) => (
            <p key={note} className="quiet">
              {note}
            </p>
          ))}
        </article>
      ))}
    </Panel>
  );
}

export function save(name: string, text: string, type = "text/plain"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
