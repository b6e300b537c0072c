/** A new command: agent type, action, payload as JSON, what it comes after. What the server refuses stands at its field; nothing typed is lost. */
import { Autocomplete, Button, Modal, NumberInput, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { newName, useDraft } from "../../parts/draft";
import { withText } from "../../parts/exact";
import { Key } from "../../parts/Key";
import { type Before, QueueAfter } from "./QueueAfter";

type Props = {
  opened: boolean;
  close: () => void;
  made: (id: string) => void;
  types: Schemas["AgentTypeOut"][];
};

const EMPTY = { agentType: "", action: "", payload: "{}", after: [] as Before[] };

export function QueueNew({ opened, close, made, types }: Props) {
  const queries = useQueryClient();
  const [typed, setTyped] = useDraft("command", EMPTY);
  const { agentType, action, payload, after = [] } = typed;
  const [birth, setBirth] = useState(newName); // a second press after a lost answer is the same command
  const set = (next: Partial<typeof EMPTY>) => {
    setBirth(newName());
    setTyped((before) => ({ ...before, ...next }));
  };
  const [priority, setPriority] = useState<number | string>(0);
  const [problem, setProblem] = useProblem<Problem>();
  const [sending, setSending] = useState(false);
  const type = types.find((one) => one.agent_type === agentType);
  const actions = type?.actions ?? [];
  const doing = actions.find((one) => one.action === action);
  const broken = unreadable(payload);
  const payloadErrors = problem?.errors
    .filter((one) => one.field.startsWith("payload"))
    .map((one) => `${one.field}: ${one.message}`)
    .join("\n");
  const send = async () => {
    if (broken || !agentType || !action || sending) return;
    setSending(true);
    try {
      const depends_on = after.map((one) => one.value);
      const body = { agent_type: agentType, action, priority: Number(priority) || 0, depends_on };
      const text = withText(body, "payload", payload);
      const row = await ask(
        client.POST("/api/commands", {
          body: body as never,
          bodySerializer: () => text,
          headers: { "Idempotency-Key": birth },
        }),
      );
      setProblem(undefined);
      set({ payload: EMPTY.payload, after: EMPTY.after });
      await queries.invalidateQueries({ queryKey: ["commands"] });
      close();
      made(row.command_id);
    } catch (error) {
      if (error instanceof Problem && error.status > 0) setBirth(newName());
      setProblem(error instanceof Problem ? error : new Problem(0, "", "", String(error), null, []));
    } finally {
      setSending(false);
    }
  };
  const afterError = problem?.errors.find((one) => one.field.startsWith("depends_on"))?.message;
  const placed = ["agent_type", "action", "priority"].some((name) => problem?.of(name)) || payloadErrors || afterError;
  const other = problem && !placed;
  return (
    <Modal opened={opened} onClose={close} title="New command" size="lg">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
        }}
      >
        <Autocomplete
          label="Agent type"
          data-autofocus
          required
          value={agentType}
          onChange={(name) => set({ agentType: name })}
          data={types.map((one) => one.agent_type)}
          description={type && unserved(type) ? NOBODY : undefined}
          error={problem?.of("agent_type")}
        />
        <Autocomplete
          label="Action"
          required
          value={action}
          onChange={(name) => set({ action: name })}
          data={actions.map((one) => one.action)}
          description={
            doing?.description ||
            (type?.agents && !actions.length ? "Any: agents of this type named no actions." : undefined)
          }
          error={problem?.of("action")}
        />
        <Textarea
          label="Payload"
          description={doing ? takes(doing.input_schema) : "A JSON object."}
          autosize
          minRows={5}
          maxRows={16}
          value={payload}
          onChange={(event) => set({ payload: event.currentTarget.value })}
          error={broken ?? (payloadErrors || undefined)}
          styles={{ input: { fontFamily: "var(--mono)", fontSize: 12 }, error: { whiteSpace: "pre-wrap" } }}
        />
        <NumberInput
          label="Priority"
          description="The greater goes first; then the older."
          min={-100}
          max={100}
          allowDecimal={false}
          value={priority}
          onChange={(next) => {
            setBirth(newName());
            setPriority(next);
          }}
          error={problem?.of("priority")}
        />
        <QueueAfter chosen={after} choose={(next) => set({ after: next })} error={afterError} />
        {other && (
          <p role="alert" style={{ margin: 0, color: "var(--failed)" }}>
            {problem.message} {problem.hint}
          </p>
        )}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Close</Button>
          <Button
            type="submit"
            variant="filled"
            loading={sending}
            disabled={!agentType || !action || broken !== undefined}
            rightSection={<Key>Ctrl ↵</Key>}
          >
            Queue it
          </Button>
        </div>
      </form>
    </Modal>
  );
}

const NOBODY = "Nobody answers for this type yet: the command waits until an agent of it comes.";

/** No agent of this type has ever come, and none has said what it does: any action is taken, and none is done. */
export const unserved = (type: Schemas["AgentTypeOut"]) => type.agents === 0 && type.actions.length === 0;

/** What is wrong with the text as a JSON object, if anything. */
function unreadable(text: string): string | undefined {
  try {
    const found: unknown = JSON.parse(text);
    if (found === null || typeof found !== "object" || Array.isArray(found)) return "A payload is an object: {…}";
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "This is not JSON.";
  }
}

function takes(schema: Record<string, unknown> | undefined): string {
  const fields = Object.entries((schema?.properties ?? {}) as Record<string, { type?: unknown }>);
  const needed = (schema?.required ?? []) as string[];
  if (!fields.length) return "A JSON object.";
  return `Takes ${fields
    .map(
      ([name, one]) => `${name}${one.type ? ` (${String(one.type)}${needed.includes(name) ? ", required" : ""})` : ""}`,
    )
    .join(", ")}.`;
}
