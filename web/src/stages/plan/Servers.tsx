/** Servers of others that offer tools over MCP: how each is, its tools, what of them plans may use. */
import { Button, Modal } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { toolServers } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, counted, duration, percent, when, whole } from "../../parts/words";
import { ServerAdd } from "./ServerAdd";
import styles from "./Servers.module.css";
import { ServerTools } from "./ServerTools";

type Server = Schemas["ServerOut"];

export function Servers() {
  const query = useQuery(toolServers());
  const queries = useQueryClient();
  const admin = useMay("admin");
  const [open, setOpen] = useState<string>();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Server>();
  const [problem, setProblem] = useProblem<string>();
  const again = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["servers"] }),
      queries.invalidateQueries({ queryKey: ["tools"] }),
    ]);
  const remove = async (server: Server) => {
    setRemoving(undefined);
    setProblem(undefined);
    try {
      await ask(
        client.DELETE("/api/orchestrator/tools/servers/{server_id}", {
          params: { path: { server_id: server.server_id } },
        }),
      );
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : String(error));
    }
    await again();
  };
  const add = admin && !adding && <Button onClick={() => setAdding(true)}>Add a server</Button>;
  return (
    <Panel title="MCP servers" note="Tools of others, used once an admin has approved them" aside={add || undefined}>
      {problem && (
        <p role="alert" className={styles.error}>
          {problem}
        </p>
      )}
      {adding && (
        <ServerAdd
          close={() => setAdding(false)}
          made={(id) => {
            setAdding(false);
            setOpen(id);
            void again();
          }}
        />
      )}
      <Shown query={query}>
        {(page) =>
          page.items.length === 0 ? (
            adding ? null : (
              <Empty title="No server of others yet.">
                {admin
                  ? "Add one that speaks MCP, and plans can use its tools besides our own."
                  : "An admin can add servers that speak MCP; plans can then use their tools."}
              </Empty>
            )
          ) : (
            <ul className={styles.servers}>
              {page.items.map((server) => (
                <Row
                  key={server.server_id}
                  server={server}
                  open={open === server.server_id}
                  toggle={() => setOpen(open === server.server_id ? undefined : server.server_id)}
                  remove={() => setRemoving(server)}
                />
              ))}
            </ul>
          )
        }
      </Shown>
      <Modal opened={!!removing} onClose={() => setRemoving(undefined)} title={`Remove “${removing?.name}”?`}>
        <div className="stack">
          <p style={{ margin: 0 }}>
            Its secrets, approvals and measurements go with it. Steps of plans that still want its tools fail.
          </p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setRemoving(undefined)}>Keep it</Button>
            <Button variant="filled" color="red" onClick={() => removing && void remove(removing)}>
              Remove the server
            </Button>
          </div>
        </div>
      </Modal>
    </Panel>
  );
}

function Row({
  server,
  open,
  toggle,
  remove,
}: {
  server: Server;
  open: boolean;
  toggle: () => void;
  remove: () => void;
}) {
  const now = useNow(30_000);
  const { measured } = server;
  const calls = measured.calls ?? 0;
  const id = `server-${server.server_id}`;
  return (
    <li className={styles.server}>
      <button type="button" className={styles.head} aria-expanded={open} aria-controls={id} onClick={toggle}>
        <span className={styles.name}>
          <b>{server.name}</b>
          <span className="quiet">
            {server.transport === "stdio" ? "a program" : "over HTTP"}
            {server.says_name && ` · ${server.says_name} ${server.says_version}`}
          </span>
        </span>
        <Health server={server} />
        <span className={styles.numbers}>
          <span>
            {server.tools === 0
              ? "no tool known"
              : `${whole(server.approved)} of ${counted(server.tools, "tool")} approved`}
          </span>
          <span className="quiet">
            {calls === 0
              ? "not called yet"
              : `${counted(calls, "call")}, ${percent(measured.success_rate)} well, ${duration(measured.seconds_p50)} (p95 ${duration(measured.seconds_p95)})`}
          </span>
        </span>
        <span className={styles.fold} aria-hidden="true">
          {open ? "−" : "+"}
        </span>
      </button>
      {(server.problem || server.notes.length > 0 || server.stale) && (
        <div className={styles.said}>
          {server.problem && <p className={styles.problem}>{server.problem}</p>}
          {server.stale && (
            <p
              title={when(server.listed_at)}
            >{`Its tools are shown as it listed them ${ago(server.listed_at, now)}.`}</p>
          )}
          {server.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </div>
      )}
      <div id={id}>{open && <ServerTools id={server.server_id} remove={remove} />}</div>
    </li>
  );
}

function Health({ server }: { server: Server }) {
  if (server.disabled) return <Status status="paused" word="Switched off" />;
  if (server.health === "down") return <Status status="failed" word="Away" />;
  if (server.health === "unknown") return <Status status="waiting" word="Not looked at" />;
  if (server.waiting > 0) return <Status status="pending_approval" word={`${whole(server.waiting)} to approve`} />;
  return <Status status="done" word="Up" />;
}
