/** Where a person asks: the text is kept until the server has it, the picks say how it is answered. */
import { Button, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { chatAgents, chatModels } from "../../api/queries";
import { Key } from "../../parts/Key";
import { money } from "../../parts/words";
import styles from "./ChatComposer.module.css";
import { useDeciding } from "./ChatDeciding";
import { type useChatDraft, usePicks } from "./ChatDraft";
import { ChatPicker, type Option } from "./ChatPicker";
import type { Exchange, Model } from "./ChatTypes";

type Props = {
  field: RefObject<HTMLTextAreaElement | null>;
  conversation: string;
  draft: ReturnType<typeof useChatDraft>;
  running: string | null;
  sent: (exchange: Exchange) => void;
  stop: () => Promise<void>;
};

let unloading = false; // a reload breaks off what is on its way, which is no answer of the server's
if (typeof window !== "undefined")
  window.addEventListener("beforeunload", () => {
    unloading = true;
  });
const FINE = typeof matchMedia === "undefined" || matchMedia("(pointer: fine)").matches; // else a keyboard would pop up

export function ChatComposer({ field, conversation, draft, running, sent, stop }: Props) {
  const [picks, pick] = usePicks();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const [deciding] = useDeciding();
  const queries = useQueryClient();
  const told = problemOf(problem, running);
  const ready = !!draft.text.trim() && !busy && !running;

  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (!ready) return;
    setBusy(true);
    setProblem(null);
    unloading = false;
    draft.leaves(true);
    try {
      const exchange = (await ask(
        client.POST("/api/chat", {
          body: {
            message: draft.text,
            conversation_id: conversation || undefined,
            mode: (picks.mode || undefined) as never,
            agent: picks.agent || undefined,
            model: picks.model || undefined,
            wait: false,
          },
          headers: { "Idempotency-Key": draft.birth },
        }),
      )) as Exchange; // the route may also answer as a stream, which nobody asked for here
      draft.sent();
      sent(exchange);
    } catch (error) {
      if (isBusy(error)) await queries.invalidateQueries({ queryKey: ["chat", "history"] }); // another tab asked
      if (error instanceof Problem) setProblem(error);
      if (error instanceof Problem && error.status > 0)
        draft.type(draft.text); // asked again it is a new question
      else if (!unloading) draft.leaves(false);
    } finally {
      setBusy(false);
      field.current?.focus();
    }
  };
  // a reload while it was on its way: under the same name it is asked once, and its conversation opens
  const [resumes] = useState(draft.leaving && !!draft.text);
  const resume = useRef(resumes ? submit : undefined);
  useEffect(() => {
    void resume.current?.();
    resume.current = undefined;
  }, []);
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-label="Ask">
      <div className={styles.box}>
        <Textarea
          ref={field}
          aria-label="Your message"
          placeholder="Ask, or give it work"
          autosize
          minRows={1}
          maxRows={9}
          variant="unstyled"
          autoFocus={FINE}
          readOnly={busy}
          value={draft.text}
          error={told}
          onChange={(event) => draft.type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
          }}
        />
        <div className={styles.foot}>
          <Picks picks={picks} pick={pick} />
          {running ? (
            <Button onClick={() => void stop()} rightSection={<Key>Esc</Key>}>
              Stop
            </Button>
          ) : (
            <Button
              type="submit"
              variant={deciding ? "default" : "filled"}
              loading={busy}
              disabled={!draft.text.trim()}
              rightSection={<Key>Ctrl Enter</Key>}
            >
              Send
            </Button>
          )}
        </div>
      </div>
    </form>
  );
}

const isBusy = (error: unknown) => error instanceof Problem && error.code === "answer_running";

/** What keeps the question from being asked; that another is being answered is over when that is. */
export function problemOf(problem: Problem | null, running: string | null): string | undefined {
  if (isBusy(problem))
    return running ? "Another answer is being written in this conversation. Wait for its end, or stop it." : undefined;
  return problem ? `${problem.message} ${problem.hint ?? ""}` : undefined;
}

type PicksProps = {
  picks: { mode: string; agent: string; model: string };
  pick: (next: Partial<PicksProps["picks"]>) => void;
};

function Picks({ picks, pick }: PicksProps) {
  const operator = useMay("operator");
  const agents = useQuery(chatAgents()).data?.items ?? [];
  const models = useQuery(chatModels()).data?.items ?? [];
  const gone = models.length > 0 && !["", "auto", ...models.map((each) => each.id)].includes(picks.model);
  useEffect(() => {
    if (gone) pick({ model: "" }); // a model of yesterday is not asked for today
  }, [gone, pick]);
  const modes: Option[] = [
    { id: "", name: "Automatic", says: "Chosen by what you ask; each answer says why." },
    { id: "conversation", name: "Question", says: "An answer from the company's data." },
    {
      id: "orchestration",
      name: "Work",
      says: "Starts a task. Nothing is published before its exact text is approved.",
      whyNot: operator ? null : "Your role lets you ask. An operator can give it work.",
    },
    { id: "learning", name: "Learning", says: "What was learned, with the examples it rests on." },
  ];
  return (
    <div className={styles.picks}>
      <ChatPicker label="Mode" options={modes} picked={picks.mode} pick={(mode) => pick({ mode })} />
      <ChatPicker
        label="Agent"
        options={agents.map((agent) => ({ id: agent.id, name: agent.name, says: agent.does }))}
        picked={picks.agent}
        pick={(agent) => pick({ agent })}
      />
      <ChatPicker
        label="Model"
        options={[
          { id: "", name: "First ready", says: "The first of the configured models that can be reached." },
          {
            id: "auto",
            name: "By complexity",
            says: "A plain figure needs no outside model, an open question does; the answer says why.",
          },
          ...models.map((model) => ({ id: model.id, name: model.name, says: priced(model), whyNot: whyNot(model) })),
        ]}
        picked={picks.model}
        pick={(model) => pick({ model })}
      />
    </div>
  );
}

function priced({ provider, price }: Model): string {
  if (provider === "offline") return "On this machine, free of charge.";
  if (!price) return provider;
  if (price.input + price.output === 0) return `${provider}, free of charge`;
  return `${provider}, ${money(price.input)} in and ${money(price.output)} out a million tokens`;
}

const whyNot = (model: Model) => (model.reachable ? null : (model.why_not ?? "Not reachable."));
