/** The form of a new server. What was typed stays when the server says no; secrets go out once and are never shown. */
import { Button, Checkbox, NumberInput, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { useDraft } from "../../parts/draft";
import styles from "./Servers.module.css";

type Body = Schemas["ServerIn"];
const EMPTY = { name: "", command: "", args: "", url: "", call: 60, near: false };

export function ServerAdd({ close, made }: { close: () => void; made: (id: string) => void }) {
  const [transport, setTransport] = useState<Body["transport"]>("stdio");
  const [given, setGiven] = useDraft("server", EMPTY);
  const [typed, setTyped] = useState(""); // secrets are kept nowhere in the browser
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const [unread, setUnread] = useState<string>();
  const set = (more: Partial<typeof EMPTY>) => setGiven({ ...given, ...more });
  const program = transport === "stdio";

  const add = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    const secrets = pairs(typed, program ? "=" : ":");
    setUnread(typeof secrets === "string" ? secrets : undefined);
    if (typeof secrets === "string") return;
    setBusy(true);
    const shared = { name: given.name.trim(), call_seconds: given.call };
    const body = program
      ? { ...shared, transport, command: given.command.trim(), args: lines(given.args), env: secrets }
      : { ...shared, transport, url: given.url.trim(), headers: secrets, allow_private: given.near };
    try {
      const server = await ask(client.POST("/api/orchestrator/tools/servers", { body: body as Body }));
      const params = { path: { server_id: server.server_id } };
      // what is wrong with the server then stands at the server itself
      await ask(client.POST("/api/orchestrator/tools/servers/{server_id}/check", { params })).catch(() => undefined);
      setGiven(EMPTY);
      made(server.server_id);
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  const fields = ["name", "command", "args", "url", "call_seconds"];
  const elsewhere = problem && !fields.some((field) => problem.of(field));
  return (
    <form className={styles.add} onSubmit={(event) => void add(event)} aria-label="Add a server">
      <SegmentedControl
        aria-label="How to reach it"
        value={transport}
        onChange={(value) => setTransport(value as Body["transport"])}
        data={[
          { value: "stdio", label: "A program on this machine" },
          { value: "http", label: "An address" },
        ]}
      />
      <TextInput
        label="Name"
        description="Small letters, digits and _. Its tools are called NAME.TOOL."
        placeholder="time"
        required
        data-autofocus
        value={given.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={problem?.of("name")}
      />
      {program ? (
        <>
          <TextInput
            label="Program"
            description="By its whole path. It runs with the rights of this product."
            placeholder="/usr/bin/npx"
            required
            value={given.command}
            onChange={(event) => set({ command: event.currentTarget.value })}
            error={problem?.of("command")}
          />
          <Textarea
            label="Arguments"
            description="One a line. No shell reads them."
            placeholder={"-y\n@modelcontextprotocol/server-everything"}
            autosize
            minRows={2}
            value={given.args}
            onChange={(event) => set({ args: event.currentTarget.value })}
            error={problem?.of("args")}
          />
        </>
      ) : (
        <>
          <TextInput
            label="Address"
            description="Its MCP endpoint (streamable HTTP)."
            placeholder="https://tools.example/mcp"
            required
            value={given.url}
            onChange={(event) => set({ url: event.currentTarget.value })}
            error={problem?.of("url")}
          />
          <Checkbox
            label="It may lie on this machine or in a private network"
            checked={given.near}
            onChange={(event) => set({ near: event.currentTarget.checked })}
          />
        </>
      )}
      <Textarea
        label={program ? "Secret environment" : "Secret headers"}
        description={
          program
            ? "NAME=value, one a line. Kept sealed, never shown again."
            : "Name: value, one a line. Kept sealed, never shown again."
        }
        placeholder={program ? "API_KEY=…" : "Authorization: Bearer …"}
        autosize
        minRows={1}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={unread}
      />
      <NumberInput
        label="Longest wait for a tool, in seconds"
        min={0.1}
        max={3600}
        value={given.call}
        onChange={(value) => set({ call: Number(value) || EMPTY.call })}
        error={problem?.of("call_seconds")}
      />
      {elsewhere && (
        <p role="alert" className={styles.error}>
          {[problem.message, problem.hint].filter(Boolean).join(" ")}
        </p>
      )}
      {busy && <p className="quiet">It is started and asked for its tools…</p>}
      <div className="row">
        <Button type="submit" variant="filled" loading={busy}>
          Add and check
        </Button>
        <Button onClick={close} disabled={busy}>
          Not now
        </Button>
      </div>
    </form>
  );
}

const lines = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

/** The pairs of a text, one a line; what is wrong with it where it has a line that is none. */
function pairs(text: string, between: string): Record<string, string> | string {
  const found: Record<string, string> = {};
  for (const [place, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const at = line.indexOf(between);
    if (at < 1) return `Line ${place + 1} has no “${between}”.`; // never the line itself: it may be a secret
    found[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return found;
}
