/** One server's tools: what each says of itself, what was measured, and the approval, with what changed since the last. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { toolServer } from "../../api/queries";
import { Diff } from "../../parts/Diff";
import { Json } from "../../parts/Json";
import { Empty, Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { cost, counted, duration, percent, visible } from "../../parts/words";
import styles from "./Servers.module.css";

type Detail = Schemas["ServerDetail"];
type Tool = Schemas["ServerToolOut"];
const PATH = "/api/orchestrator/tools/servers/{server_id}";

export function ServerTools({ id, remove }: { id: string; remove: () => void }) {
  const query = useQuery(toolServer(id));
  return <Shown query={query}>{(server) => <Tools key={server.server_id} server={server} remove={remove} />}</Shown>;
}

function Tools({ server, remove }: { server: Detail; remove: () => void }) {
  const queries = useQueryClient();
  const admin = useMay("admin");
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useProblem<string>();
  const params = { path: { server_id: server.server_id } };
  const act = async (what: string, call: () => Promise<unknown>) => {
    setBusy(what);
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error instanceof Problem ? `${error.message} ${error.hint ?? ""}` : String(error));
    }
    await queries.invalidateQueries({ queryKey: ["servers"] });
    await queries.invalidateQueries({ queryKey: ["tools"] });
    setBusy(undefined);
  };
  const check = () => act("check", () => ask(client.POST(`${PATH}/check`, { params })));
  const change = (body: Schemas["ServerChange"]) => act("change", () => ask(client.PATCH(PATH, { params, body })));
  const approve = (tools: Tool[], approved: boolean) =>
    act("approve", () =>
      ask(
        client.POST(`${PATH}/approve`, {
          params,
          body: { tools: tools.map(({ name, digest }) => ({ name, digest })), approved },
        }),
      ),
    );
  const fresh = server.listed.filter((tool) => tool.state === "new");
  return (
    <div className={styles.inside}>
      {admin && (
        <>
          <p className={styles.where}>
            <code>{server.url ?? [server.command, ...server.args].join(" ")}</code>
            <span className="quiet">
              {`${duration(server.connect_seconds)} to connect, ${duration(server.list_seconds)} to list, ${duration(server.call_seconds)} a call`}
              {server.secret_names.length > 0 && ` · secrets kept: ${server.secret_names.join(", ")}`}
              {server.allow_private && " · may lie in this network"}
            </span>
          </p>
          <div className={styles.acts}>
            <Button loading={busy === "check"} disabled={!!busy || server.disabled} onClick={() => void check()}>
              Check now
            </Button>
            <Button disabled={!!busy} onClick={() => void change({ disabled: !server.disabled })}>
              {server.disabled ? "Switch on" : "Switch off"}
            </Button>
            <Button c="var(--failed)" disabled={!!busy} onClick={remove}>
              Remove
            </Button>
            <span className="space" />
            {fresh.length > 1 && (
              <Button disabled={!!busy} onClick={() => void approve(fresh, true)}>
                {`Approve all ${fresh.length} new ones`}
              </Button>
            )}
          </div>
        </>
      )}
      {problem && (
        <p role="alert" className={styles.error}>
          {problem}
        </p>
      )}
      {server.listed.length === 0 ? (
        <Empty title="No tool is known yet.">
          {admin ? "Check the server: its tools are listed here then." : "An admin has to check the server first."}
        </Empty>
      ) : (
        <ul className={styles.tools}>
          {server.listed.map((tool) => (
            <One
              key={tool.name}
              tool={tool}
              busy={!!busy}
              approve={admin ? (approved) => void approve([tool], approved) : undefined}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

const STATES: Record<Tool["state"], [string, string]> = {
  approved: ["done", "Approved"],
  new: ["pending_approval", "Not approved"],
  changed: ["pending_approval", "Changed since it was approved"],
  unusable: ["failed", "Cannot be used"],
  gone: ["stopped", "No longer offered"],
};
const PARTS: Record<string, string> = {
  title: "Title",
  description: "Description",
  input_schema: "What it takes",
  output_schema: "What it gives",
  promises: "What it promises",
};

function One({ tool, busy, approve }: { tool: Tool; busy: boolean; approve?: (approved: boolean) => void }) {
  const [status, word] = STATES[tool.state];
  const { measured } = tool;
  const calls = measured.calls ?? 0;
  const promise = tool.read_only
    ? "only reads"
    : tool.idempotent
      ? "may be repeated"
      : "may change something; called once a step";
  const waits = tool.state === "new" || tool.state === "changed";
  return (
    <li className={styles.tool}>
      <div className={styles.line}>
        <b className="mono">{tool.name}</b>
        <Status status={status} word={word} />
        <span className="space" />
        {approve && waits && (
          <Button size="compact-xs" disabled={busy} onClick={() => approve(true)}>
            {tool.state === "changed" ? "Approve as it is now" : "Approve"}
          </Button>
        )}
        {approve && (tool.state === "approved" || tool.state === "changed") && (
          <Button size="compact-xs" disabled={busy} onClick={() => approve(false)}>
            Take back
          </Button>
        )}
      </div>
      {tool.problem && <p className={styles.problem}>{tool.problem}</p>}
      <p className={styles.text}>{visible(tool.description || tool.title || "It says nothing of itself.")}</p>
      <p className="quiet">
        {[
          promise,
          `says ${cost(tool.declared_cost_usd ?? 0)} and ${tool.declared_seconds == null ? "no time" : duration(tool.declared_seconds)}`,
          calls === 0
            ? "not called yet"
            : `measured in ${counted(calls, "call")}: ${percent(measured.success_rate)} well, ${duration(measured.seconds_p50)}, p95 ${duration(measured.seconds_p95)}${measured.cost_usd == null ? "" : `, ${cost(measured.cost_usd)}`}`,
        ].join(" · ")}
      </p>
      {tool.changes.map((change) => (
        <div key={change.what} className={`${styles.change} ${change.what.includes("_") ? styles.code : ""}`}>
          <p className="quiet">{PARTS[change.what] ?? change.what}</p>
          <Diff before={change.before} after={change.after} />
        </div>
      ))}
      {tool.state !== "unusable" && (
        <details className={styles.schema}>
          <summary>What it takes</summary>
          <Json value={tool.input_schema} />
        </details>
      )}
    </li>
  );
}
