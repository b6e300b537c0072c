/** What was said, oldest first; it follows its end while one reads there. */
import { Button } from "@mantine/core";
import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { chatHistory } from "../../api/queries";
import { Shown } from "../../parts/Rest";
import styles from "./Chat.module.css";
import { Answer, Question, textOf } from "./ChatAnswer";
import { useFollow } from "./ChatFollow";
import { type Coming, sentences } from "./ChatStream";
import type { Message } from "./ChatTypes";

/** Pages come newest first, each oldest first. */
export const inOrder = (pages: InfiniteData<{ items: Message[] }> | undefined): Message[] =>
  [...(pages?.pages ?? [])].reverse().flatMap((page) => page.items);

/** The last message with a card of this task. */
const newestOf = (told: Message[], task: string) => told.filter((message) => message.task_id === task).at(-1)?.id;

type Props = { id: string; asks: number; coming: Coming; again: (answer: string) => Promise<void> };

export function ChatThread({ id, asks, coming, again }: Props) {
  const query = useInfiniteQuery(chatHistory(id));
  const told = inOrder(query.data);
  const { box, inside, newer, toEnd, hold } = useFollow(query.data ? id : "");
  const last = told.at(-1);
  const held = useRef<() => void>(undefined);
  const count = query.data?.pages.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was put above must not move what is read
  useLayoutEffect(() => {
    held.current?.();
    held.current = undefined;
  }, [count]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: who asks here wants to see the answer
  useLayoutEffect(toEnd, [asks]);
  return (
    <div className={styles.scrolls}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <div ref={box} className={styles.thread} role="log" aria-live="off" aria-label="Conversation" tabIndex={0}>
        <div ref={inside} className={styles.told}>
          <Shown query={query}>
            {() => (
              <>
                {query.hasNextPage && (
                  <Button
                    className={styles.earlier}
                    loading={query.isFetchingNextPage}
                    onClick={() => {
                      held.current = hold();
                      void query.fetchNextPage();
                    }}
                  >
                    Earlier messages
                  </Button>
                )}
                {told.map((message) =>
                  message.role === "user" ? (
                    <Question key={message.id} message={message} />
                  ) : (
                    <Answer
                      key={message.id}
                      message={message}
                      coming={message.state === "streaming" ? coming : undefined}
                      last={message.id === last?.id}
                      newest={!message.task_id || newestOf(told, message.task_id) === message.id}
                      again={() => again(message.id)}
                    />
                  ),
                )}
              </>
            )}
          </Shown>
        </div>
      </div>
      <Aloud told={told} coming={coming} />
      {newer && (
        <Button className={styles.newer} onClick={toEnd}>
          Newer below ↓
        </Button>
      )}
    </div>
  );
}

const SAID_MS = 10_000; // long enough for a reader to take up the last sentence

/** What comes while the page is open, a finished sentence at a time, for those who listen. */
function Aloud({ told, coming }: { told: Message[]; coming: Coming }) {
  const running = told.find((message) => message.state === "streaming")?.id;
  const [heard, setHeard] = useState(running);
  if (running && running !== heard) setHeard(running);
  useEffect(() => {
    if (running || !heard) return;
    const gone = setTimeout(() => setHeard(undefined), SAID_MS); // else whoever reads on hears it twice
    return () => clearTimeout(gone);
  }, [running, heard]);
  const message = told.find((each) => each.id === heard);
  const text = message ? (running ? textOf(message, coming) : `${message.text}\n`) : "";
  return (
    <div className={styles.aloud} aria-live="polite" aria-atomic="false">
      {sentences(text).map((said, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences keep their place
        <span key={place}>{said} </span>
      ))}
    </div>
  );
}
