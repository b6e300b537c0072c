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

/** Arrows move from anywhere on the page, unless something nearer takes them: a field, a dialog, a menu, tabs. */
export function useArrows(move: (by: 1 | -1) => void): void {
  const go = (by: 1 | -1) => (event: KeyboardEvent) => {
    const at = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || at?.closest(NEARER)) return;
    event.preventDefault();
    move(by);
  };
  useHotkeys([
    ["ArrowDown", go(1), { preventDefault: false }],
    ["ArrowUp", go(-1), { preventDefault: false }],
  ]);
}
const NEARER = "[role=dialog], [role=menu], [role=listbox], [role=tablist], [role=radiogroup], [aria-haspopup]";
