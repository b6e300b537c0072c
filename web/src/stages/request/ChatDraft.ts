/** What is typed and not sent, by conversation, and what was last picked beside it. */
import { useCallback, useState } from "react";
import { flushSync } from "react-dom";
import { newName, useDraft } from "../../parts/draft";

const EMPTY = { text: "", birth: "" };

/**
 * The draft of a conversation ("" for one not begun). `birth` names the question: sent twice it is asked once.
 * `given` was typed elsewhere, and goes before what was kept.
 */
export function useChatDraft(conversation: string, given = "") {
  const [first] = useState(() => (given ? { text: given, birth: newName() } : undefined));
  const [draft, set] = useDraft(`chat:${conversation}`, EMPTY, first);
  return {
    ...draft,
    type: (text: string) => set(text ? { text, birth: newName() } : EMPTY),
    sent: () => flushSync(() => set(EMPTY)), // forgotten before the page goes on to the conversation
  };
}

const PICKS = "cofounder:chat";
export type Picks = { mode: string; agent: string; model: string };
const FIRST: Picks = { mode: "", agent: "", model: "" };

/** Mode, agent and model as last picked in this browser; "" leaves the choice to the server. */
export function usePicks(): [Picks, (next: Partial<Picks>) => void] {
  const [picks, setPicks] = useState<Picks>(() => {
    try {
      return { ...FIRST, ...(JSON.parse(localStorage.getItem(PICKS) ?? "{}") as Partial<Picks>) };
    } catch {
      return FIRST;
    }
  });
  const pick = useCallback((next: Partial<Picks>) => {
    setPicks((before) => {
      const all = { ...before, ...next };
      try {
        localStorage.setItem(PICKS, JSON.stringify(all));
      } catch {
        // kept for this page only
      }
      return all;
    });
  }, []);
  return [picks, pick];
}
