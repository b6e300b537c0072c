/** A running answer as it comes: replayed from the database at every opening, gone on with after every break. */
import { useEffect, useRef, useState } from "react";
import type { Message, Source } from "./ChatTypes";

export type Coming = { text: string; sources: Source[]; task_id: string | null; broken: boolean };

const NOTHING: Coming = { text: "", sources: [], task_id: null, broken: false };
const AGAIN_MS = 2000;

/** What has come of this answer so far; `ended` hears the whole message once, at its end. null: nothing runs. */
export function useComing(answer: string | null, ended: (message: Message) => void): Coming {
  const [coming, setComing] = useState(NOTHING);
  const end = useRef(ended);
  end.current = ended;
  useEffect(() => {
    setComing(NOTHING);
    if (answer) return follow(answer, setComing, (message) => end.current(message));
  }, [answer]);
  return coming;
}

/**
 * Follow one answer until it ends; what this returns stops it. A tab nobody sees holds no connection, since a browser
 * has six for a server: it takes up where it was when it is seen again.
 */
export function follow(answer: string, tell: (coming: Coming) => void, ended: (message: Message) => void): () => void {
  let now = NOTHING;
  let last = "";
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;
  let over = false;

  const set = (next: Partial<Coming>) => {
    now = { ...now, ...next };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      tell(now);
    });
  };
  const on = <T>(name: string, take: (body: T) => void) =>
    source?.addEventListener(name, (event) => {
      const { data, lastEventId } = event as MessageEvent<string>;
      if (lastEventId && Number(lastEventId) <= Number(last)) return; // the browser came back with an older place
      if (lastEventId) last = lastEventId;
      take(JSON.parse(data) as T);
    });
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = () => {
    if (source || over || document.hidden) return;
    const address = `/api/chat/answers/${encodeURIComponent(answer)}/events`;
    source = new EventSource(last ? `${address}?after=${encodeURIComponent(last)}` : address);
    source.onopen = () => now.broken && set({ broken: false });
    on<{ text: string }>("text", (piece) => set({ text: now.text + piece.text }));
    on<Source>("tool", (found) => set({ sources: [...now.sources, found] }));
    on<{ task_id: string }>("task", ({ task_id }) => set({ task_id }));
    on<Message>("end", (message) => {
      over = true;
      close();
      ended(message);
    });
    source.onerror = () => {
      set({ broken: true });
      if (source?.readyState !== EventSource.CLOSED) return; // it comes back by itself, with the last id
      close();
      timer = setTimeout(open, AGAIN_MS);
    };
  };
  const seen = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", seen);
  open();
  return () => {
    over = true;
    close();
    cancelAnimationFrame(frame);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** The sentences and lines of a growing text that are finished, without the marks of its form. */
export function sentences(text: string): string[] {
  const finished = text.match(/[^\n]*?(?:[.!?:;](?=\s)|\n)/g) ?? [];
  // a > opens a quotation only where a line begins; elsewhere it says greater than
  return finished
    .map((said) =>
      said
        .replace(/^\s*(?:>\s*)+/, "")
        .replace(/[*_`#|\s]+/g, " ")
        .trim(),
    )
    .filter((said) => /[\p{L}\p{N}]/u.test(said));
}
