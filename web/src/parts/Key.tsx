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

type Act = (event: KeyboardEvent) => void;
type Where = { whileTyping?: boolean; inDialog?: boolean };

/**
 * Single keys act only while nobody types; `keys` as in Mantine: [["mod+Enter", f], ["p", g]]. What lies above the page
 * takes every key to itself, and a key that is held down acts once: whoever holds it has not read what came next.
 */
export function useKeys(keys: [string, Act][], { whileTyping = false, inDialog = false }: Where = {}): void {
  const guarded = keys.map(([key, act]): [string, Act, { preventDefault: false }] => {
    const arrow = key.startsWith("Arrow");
    const acts = (event: KeyboardEvent) => {
      if ((arrow && (event.defaultPrevented || isNearer(event))) || (!inDialog && isCovered(event))) return;
      event.preventDefault();
      if (arrow || !event.repeat) act(event);
    };
    return [key, acts, { preventDefault: false }];
  });
  useHotkeys(guarded, whileTyping ? [] : ["INPUT", "TEXTAREA", "SELECT"], false);
}

const ABOVE = "[aria-modal=true]";

/** Whether something lies above the page that must be answered or closed first, or lay there as the key went down. */
const isCovered = ({ target }: KeyboardEvent) =>
  document.querySelector(ABOVE) !== null || (target instanceof Element && target.closest(ABOVE) !== null);

/** Arrows move from anywhere on the page, unless something nearer takes them: a field, a dialog, a menu, tabs. */
export function useArrows(move: (by: 1 | -1) => void): void {
  const go = (by: 1 | -1) => (event: KeyboardEvent) => {
    if (event.defaultPrevented || isNearer(event) || isCovered(event)) return;
    event.preventDefault();
    move(by);
  };
  useHotkeys([
    ["ArrowDown", go(1), { preventDefault: false }],
    ["ArrowUp", go(-1), { preventDefault: false }],
  ]);
}
const isNearer = ({ target }: KeyboardEvent) => target instanceof Element && target.closest(NEARER) !== null;
const NEARER = "[role=dialog], [role=menu], [role=listbox], [role=tablist], [role=radiogroup], [aria-haspopup]";
