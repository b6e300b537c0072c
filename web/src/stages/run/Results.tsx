/** What came out: each deliverable as text, to copy or download. */
import { Button, CopyButton } from "@mantine/core";
import { Panel } from "../../parts/Panel";
import { spoken } from "../../parts/words";
import type { Detail } from "./Task";
import styles from "./Task.module.css";

export function Results({ task }: { task: Detail }) {
  if (task.deliverables.length === 0) return null;
  return (
    <Panel title="Result" aside={`${task.deliverables.length}`}>
      {task.deliverables.map((made, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: deliverables keep their place
        <article key={place} className={styles.result}>
          <div className="row">
            <h3>{made.title || spoken(made.kind)}</h3>
            <span className="space" />
            <CopyButton value={made.content}>
              {({ copied, copy }) => <Button onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}
            </CopyButton>
            <Button onClick={() => save(`${made.kind}-${task.task_id.slice(-8)}.txt`, made.content)}>Download</Button>
          </div>
          <p className={styles.text}>{made.content}</p>
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
