/** One question or answer, and under an answer what it rests on and what it took. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { chatAgents, chatModels } from "../../api/queries";
import { useAge } from "../../parts/now";
import { Glyph, type Look } from "../../parts/Status";
import { ago, cost, counted, duration, spoken, visible, when, whole } from "../../parts/words";
import styles from "./ChatAnswer.module.css";
import { ChatSources } from "./ChatSources";
import type { Coming } from "./ChatStream";
import { ChatTask } from "./ChatTask";
import { ChatText } from "./ChatText";
import type { Message } from "./ChatTypes";

export function Question({ message }: { message: Message }) {
  const now = useAge(message.created_at);
  return (
    <article className={styles.question} aria-label="You asked">
      <p>{visible(message.text)}</p>
      <small title={when(message.created_at)}>
        {ago(message.created_at, Math.max(now, Date.parse(message.created_at)))}
      </small>
    </article>
  );
}

/** What the message holds is there at once; what comes is replayed from the beginning and overtakes it. */
export const textOf = (message: Message, coming?: Coming) =>
  coming && coming.text.length >= message.text.length ? coming.text : message.text;

type Props = {
  message: Message;
  coming?: Coming;
  last: boolean;
  /** Whether it holds the newest card of its task. */
  newest: boolean;
  again: () => Promise<void>;
};

export function Answer({ message, coming, last, newest, again }: Props) {
  const runs = message.state === "streaming";
  const text = textOf(message, coming);
  const sources = runs && coming ? coming.sources : message.sources;
  const task = message.task_id ?? coming?.task_id;
  return (
    <article className={styles.answer} aria-label="Answer" aria-busy={runs} data-state={message.state}>
      {runs && !text && <Thinking coming={coming} />}
      {text && <ChatText text={text} />}
      {task && <ChatTask id={task} newest={newest} />}
      <Ended message={message} again={last ? again : undefined} />
      {coming?.broken && runs && (
        <p className={styles.note} role="status">
          <Glyph look="waiting" /> The line to the server broke. What came is kept. If the server still writes, it goes
          on by itself; if it stopped, you can ask again once it is back.
        </p>
      )}
      <Under message={message} sources={sources} />
    </article>
  );
}

function Thinking({ coming }: { coming?: Coming }) {
  const asked = coming?.sources.at(-1);
  return (
    <p className={styles.thinking}>
      <Glyph look="running" />{" "}
      {asked ? `Reads ${asked.title.charAt(0).toLowerCase()}${asked.title.slice(1)}` : "Reads the question"}
    </p>
  );
}

const ENDS: Record<string, { look: Look; says: string }> = {
  stopped: { look: "stopped", says: "Stopped here." },
  cut_off: { look: "failed", says: "Cut off: the server went away while it was writing. This is all that came." },
  failed: { look: "failed", says: "This could not be answered." },
};

function Ended({ message, again }: { message: Message; again?: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const end = ENDS[message.state];
  if (!end) return null;
  return (
    <div className={styles.ended} data-look={end.look}>
      <Glyph look={end.look} />
      <span>{message.state === "stopped" ? end.says : (message.error ?? end.says)}</span>
      {again && (
        <Button
          loading={busy}
          onClick={() => {
            setBusy(true);
            void again().finally(() => setBusy(false));
          }}
        >
          Ask again
        </Button>
      )}
    </div>
  );
}

const about = ({ cost_is }: Message) => (cost_is === "estimated" || cost_is === "most" ? "~" : "");

/** What an answer came to, one that was stopped too: the budgets are charged the same. */
const spent = (message: Message) =>
  message.cost_is === "not_known" ? "cost not known" : `${about(message)}${cost(message.cost_usd)}`;

type Open = "sources" | "how" | "";

function Under({ message, sources }: { message: Message; sources: Message["sources"] }) {
  const [open, setOpen] = useState<Open>("");
  const models = useQuery(chatModels()).data?.items ?? [];
  const named = (id: string | null) => models.find((each) => each.id === id)?.name ?? id ?? "–";
  const over = message.state !== "streaming";
  if (!over && sources.length === 0) return null;
  const took = [
    message.model && named(message.model),
    message.fallback_from && `instead of ${named(message.fallback_from)}`,
    message.tokens_in + message.tokens_out > 0 &&
      `${about(message)}${whole(message.tokens_in + message.tokens_out)} tokens`,
    spent(message),
    duration(message.seconds),
  ];
  return (
    <footer className={styles.under}>
      {sources.length > 0 && (
        <Fold name="sources" open={open} set={setOpen}>
          {counted(sources.length, "source")}
        </Fold>
      )}
      {over && (message.model || message.state === "stopped") && (
        <Fold name="how" open={open} set={setOpen}>
          {took.filter(Boolean).join(" · ")}
        </Fold>
      )}
      {over && message.mode_reason && <span className={styles.why}>{message.mode_reason}</span>}
      {open === "sources" && <ChatSources sources={sources} />}
      {open === "how" && <How message={message} named={named} />}
    </footer>
  );
}

function Fold({
  name,
  open,
  set,
  children,
}: {
  name: Open;
  open: Open;
  set: (open: Open) => void;
  children: ReactNode;
}) {
  const on = open === name;
  return (
    <button type="button" className={styles.fold} aria-expanded={on} onClick={() => set(on ? "" : name)}>
      {children}
    </button>
  );
}

function How({ message, named }: { message: Message; named: (id: string | null) => string }) {
  const agents = useQuery(chatAgents()).data?.items ?? [];
  const agent = agents.find((each) => each.id === message.agent);
  const lines: [string, ReactNode][] = [
    ["Answered as", message.mode && `${spoken(message.mode)}. ${message.mode_reason ?? ""}`],
    ["Agent", message.agent && `${agent?.name ?? spoken(message.agent)}${agent ? `: ${agent.does}` : ""}`],
    ["Model", `${named(message.model)}. ${message.model_reason ?? ""}`],
    ["Asked for", message.model_asked && named(message.model_asked)],
    ["Could not answer", message.fallback_from && named(message.fallback_from)],
    ["Tokens", `${about(message)}${whole(message.tokens_in)} in, ${about(message)}${whole(message.tokens_out)} out`],
    ["Cost", `${spent(message)}${about(message) && ": estimated, since its end with the count never came"}`],
    ["Time", `${duration(message.seconds)}, done ${when(message.finished_at)}`],
  ];
  return (
    <dl className={styles.how}>
      {lines
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
