/** Data as a person reads it: long texts as texts, the rest as indented JSON. Always as text, never as markup. */
import { Button, CopyButton } from "@mantine/core";
import styles from "./Json.module.css";
import { visible } from "./words";

export function Json({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="quiet">–</span>;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const shown = visible(text);
  return (
    <div className={styles.box}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre className={styles.text} tabIndex={0}>
        {shown.length > 60_000 ? `${shown.slice(0, 60_000)}\n… ${shown.length - 60_000} characters more` : shown}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button className={styles.copy} size="compact-xs" onClick={copy}>
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
