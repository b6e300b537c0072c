/** Chat: conversations at the left, what was said in the middle, the field at the foot. */
import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ask, client, isMissing } from "../../api/client";
import { complain } from "../../api/problem";
import { chatHistory, conversations } from "../../api/queries";
import { Empty } from "../../parts/Rest";
import { short } from "../../parts/words";
import styles from "./Chat.module.css";
import { ChatComposer } from "./ChatComposer";
import { DecidingContext } from "./ChatDeciding";
import { useChatDraft } from "./ChatDraft";
import { ChatList } from "./ChatList";
import { ChatStart } from "./ChatStart";
import { useComing } from "./ChatStream";
import { ChatThread, inOrder } from "./ChatThread";
import type { Exchange, Message } from "./ChatTypes";

export function Chat() {
  const { id = "" } = useParams({ from: "/chat/{-$id}" });
  const { say = "" } = useSearch({ strict: false }) as { say?: string };
  const [drawer, { open, close }] = useDisclosure(false);
  return (
    <>
      <div className={styles.chat} data-fills>
        <aside className={styles.side} aria-label="Your conversations">
          <ChatList here={id} />
        </aside>
        <Talk key={`${id} ${say}`} id={id} say={say} unfold={open} />
      </div>
      <Drawer
        opened={drawer}
        onClose={close}
        title="Conversations"
        size="min(340px, 92vw)"
        styles={{ body: { padding: 0 } }}
      >
        <div className={styles.drawer}>
          <ChatList here={id} opened={close} />
        </div>
      </Drawer>
    </>
  );
}

function Talk({ id, say, unfold }: { id: string; say: string; unfold: () => void }) {
  const gone = isMissing(useInfiniteQuery({ ...chatHistory(id), enabled: !!id }).error);
  const title = useTitle(gone ? "" : id) || (gone ? "No such conversation" : "New conversation");
  const deciding = useDecidingHere();
  const draft = useChatDraft(id, say);
  const talk = useTalk(id);
  const field = useRef<HTMLTextAreaElement>(null);
  useEscape(talk.running ? talk.stop : undefined);
  const take = (text: string) => {
    draft.type(text);
    field.current?.focus();
  };
  return (
    <DecidingContext value={deciding}>
      <section className={styles.talk} aria-label={title}>
        <div className={styles.head}>
          <Button className={styles.unfold} onClick={unfold}>
            Conversations
          </Button>
          <h1>{title}</h1>
        </div>
        {gone ? (
          <div className={styles.scrolls}>
            <Empty title="There is no such conversation.">
              It was deleted, or it is somebody else's. What you ask here begins a new one.
            </Empty>
          </div>
        ) : id ? (
          <ChatThread id={id} asks={talk.asks} coming={talk.coming} again={talk.again} />
        ) : (
          <ChatStart take={take} />
        )}
        <ChatComposer
          field={field}
          conversation={gone ? "" : id}
          draft={draft}
          running={gone ? null : talk.running}
          sent={talk.sent}
          stop={talk.stop}
        />
      </section>
    </DecidingContext>
  );
}

/** Which task is decided on here, in the address: a reload leaves it open. */
function useDecidingHere(): [string, (task: string) => void] {
  const { decide = "" } = useSearch({ strict: false }) as { decide?: string };
  const navigate = useNavigate();
  return [decide, (task) => void navigate({ to: ".", search: { decide: task || undefined } as never, replace: true })];
}

/** The title of the conversation, also in the tab. */
function useTitle(id: string): string {
  const listed = useInfiniteQuery(conversations("")).data?.pages.flatMap((page) => page.items);
  const told = useInfiniteQuery({ ...chatHistory(id), enabled: !!id });
  const first = inOrder(told.data)[0]?.text;
  const title = id ? (listed?.find((one) => one.id === id)?.title ?? short(first ?? "", 60)) : "";
  useEffect(() => {
    document.title = title ? `${short(title, 50)} · Chat · Cofounder` : "Chat · Cofounder";
  }, [title]);
  return title;
}

/** The running answer of this conversation, and what can be done about it. */
function useTalk(id: string) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const told = inOrder(useInfiniteQuery({ ...chatHistory(id), enabled: !!id }).data);
  const running = told.find((message) => message.state === "streaming")?.id ?? null;
  const put = (talk: string, messages: Message[]) =>
    queries.setQueryData(chatHistory(talk).queryKey, (before) => {
      const [newest, ...older] = before?.pages ?? [{ items: [], next_cursor: null, total: 0 }];
      const kept = (newest?.items ?? []).filter((one) => !messages.some((message) => message.id === one.id));
      const at = (newest?.items ?? []).findIndex((one) => one.id === messages[0]?.id);
      const items = at < 0 ? [...kept, ...messages] : [...kept.slice(0, at), ...messages, ...kept.slice(at)];
      return {
        pageParams: before?.pageParams ?? [undefined],
        pages: [{ ...newest, items } as never, ...older],
      };
    });
  const coming = useComing(running, (message) => {
    put(message.conversation_id, [message]);
    void queries.invalidateQueries({ queryKey: ["chat"] });
  });
  const [asks, setAsks] = useState(0);
  const sent = ({ conversation_id, question, answer }: Exchange) => {
    put(conversation_id, [question, answer]);
    setAsks((count) => count + 1);
    void queries.invalidateQueries({ queryKey: ["chat", "list"] });
    if (conversation_id !== id) void navigate({ to: "/chat/{-$id}", params: { id: conversation_id }, replace: true });
  };
  const stop = async () => {
    if (!running) return;
    try {
      const message = await ask(client.POST("/api/chat/answers/{id}/stop", { params: { path: { id: running } } }));
      put(message.conversation_id, [message]);
      void queries.invalidateQueries({ queryKey: ["chat"] });
    } catch (error) {
      complain("Could not be stopped", error);
    }
  };
  const again = async (answer: string) => {
    try {
      const { conversation_id, question, answer: anew } = await askAgain(answer);
      put(conversation_id, [question, anew]);
    } catch (error) {
      complain("Could not be asked again", error);
    }
  };
  return { running, coming, asks, sent, stop, again };
}

const askAgain = async (answer: string) =>
  (await ask(
    client.POST("/api/chat/answers/{id}/again", { params: { path: { id: answer } }, body: { wait: false } }),
  )) as Exchange; // the route may also answer as a stream, which nobody asked for here

/** Esc acts, unless it closes something that lies above the page. */
function useEscape(act: (() => void) | undefined): void {
  useEffect(() => {
    if (!act) return;
    const pressed = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      const above = target.closest("[role=dialog], [role=menu], [role=listbox], [aria-expanded=true][aria-haspopup]");
      if (event.key === "Escape" && !event.defaultPrevented && !above) act();
    };
    document.addEventListener("keydown", pressed, true);
    return () => document.removeEventListener("keydown", pressed, true);
  }, [act]);
}
