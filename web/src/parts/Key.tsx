/** Keys: the mark on a button, and the hook that listens for it. */
import { useHotkeys } from "@mantine/hooks";
import styles from "./Key.module.css";

export function Key({ children }: { children: string }) {
  return (
    <span className={styles.key} aria-hidden="true">
      {children}
    </span>
  );
}

/** Single keys act only while nobody types; `keys` as in Mantine: [["mod+Enter", f], ["p", g]]. */
export function useKeys(keys: [string, (event: KeyboardEvent) => void][], whileTyping = false): void {
  useHotkeys(keys, whileTyping ? [] : ["INPUT", "TEXTAREA", "SELECT"], false);
}
