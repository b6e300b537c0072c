/** What is typed and not sent, by conversation, and what was last picked beside it. */
import { useCallback, useState } from "react";
import { flushSync } from "react-dom";
import { newName, useDraft } from "../../parts/draft";

const EMPTY = { text: "", birth: "", leaving: false };

/**
 * The draft of a conversation ("" for one not begun). `birth` names the question: sent twice it is asked once.
 * `leaving`: it is on its way, and sent once more under its name by a page that was reloaded meanwhile.
 * `given` was typed elsewhere, and goes before what was kept.
 */
export function useChatDraft(conversation: string, given = "") {
  const [first] = useState(() => (given ? { ...EMPTY, text: given, birth: newName() } : undefined));
  const [draft, set] = useDraft(`chat:${conversation}`, EMPTY, first);
  return {
    ...draft,
    type: (text: string) => set(text ? { ...EMPTY, text, birth: newName() } : EMPTY),
    leaves: (leaving: boolean) => flushSync(() => set((before) => ({ ...before, leaving }))), // kept before it is sent
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
