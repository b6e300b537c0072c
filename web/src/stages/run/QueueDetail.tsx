/** One command: payload, result, history; retry, cancel, delete. */
import { Button, Drawer, Modal } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ask, client, isMissing, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { complain } from "../../api/problem";
import { command } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { Json } from "../../parts/Json";
import { Key, useKeys } from "../../parts/Key";
import { useOnce } from "../../parts/once";
import { Empty, Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { atClock, byWhom, counted, spoken, visible, when } from "../../parts/words";
import styles from "./Queue.module.css";

type Detail = Schemas["CommandDetail"];
type Verb = "retry" | "cancel" | "delete";

export function QueueDetail({ id, close }: { id?: string; close: () => void }) {
  const query = useQuery({ ...command(id ?? ""), enabled: id !== undefined });
  return (
    <Drawer
      opened={id !== undefined}
      onClose={close}
      position="right"
      size="lg"
      title={query.data ? `${spoken(query.data.action)}, for ${query.data.agent_type}` : "Command"}
    >
      {id && isMissing(query.error) ? (
        <Empty title="There is no such command." action={<Button onClick={close}>Close</Button>}>
          It was deleted, or the address is mistyped or cut off.
        </Empty>
      ) : (
        id && (
          <Shown query={query} rows={8}>
            {(found) => <Body found={found} close={close} />}
          </Shown>
        )
      )}
    </Drawer>
  );
}

function Body({ found, close }: { found: Detail; close: () => void }) {
  const operator = useMay("operator");
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Verb>();
  const [act, busy] = useOnce(async (verb: Verb) => {
    setAsking(undefined);
    const params = { params: { path: { command_id: found.command_id } } };
    try {
      if (verb === "delete") {
        await ask(client.DELETE("/api/commands/{command_id}", params));
        close();
      } else await ask(client.POST(`/api/commands/{command_id}/${verb}`, params));
    } catch (error) {
      complain(`Could not ${verb} it`, error);
    }
    await queries.invalidateQueries({ queryKey: ["commands"] });
  });
  const failed = found.status === "failed" || found.status === "cancelled"; // either can be tried anew
  const over = found.status === "completed" || failed;
  const retry: [string, () => void] = ["r", () => void act("retry")];
  useKeys(operator && failed && !asking ? [retry] : [], { inDialog: true });
  return (
    <div className="stack">
      <div className="row">
        <Status status={found.status} tinted />
        <span className="space" />
        {operator && failed && (
          <Button variant="filled" loading={busy} onClick={() => void act("retry")} rightSection={<Key>R</Key>}>
            Retry
          </Button>
        )}
        {operator && !over && <Button onClick={() => setAsking("cancel")}>Cancel command</Button>}
        {operator && found.status !== "processing" && <Button onClick={() => setAsking("delete")}>Delete</Button>}
      </div>
      <Facts
        rows={[
          ["Made", `${when(found.created_at)} by ${byWhom(found.requested_by)}`],
          ["Agent", holder(found)],
          found.status === "processing" && ["Lease until", atClock(found.lease_until)],
          found.not_before ? ["Tried again", when(found.not_before)] : null,
          ["Priority", found.priority],
          [
            "Taken",
            `${counted(found.attempts, "time")}${found.failures ? `, ${counted(found.failures, "error")}` : ""}`,
          ],
          found.waits_for &&
            found.waits_for.length > 0 && [
              "Waits for",
              <span key="waits" className="row">
                {[...new Set([...found.waits_for, ...(found.blocked_by ?? [])])].map((id) => (
                  <Link
                    key={id}
                    to="/queue"
                    search={(before: Record<string, string | undefined>) => ({ ...before, id })}
                    className="mono"
                    title={id}
                  >
                    …{id.slice(-8)}
                    {found.blocked_by?.includes(id) && " failed: retry it"}
                  </Link>
                ))}
              </span>,
            ],
          found.task_id
            ? [
                "Task",
                <Link key="task" to="/orchestrator/tasks/$id" params={{ id: found.task_id }}>
                  Open the task that waits for it
                </Link>,
              ]
            : null,
          [
            "Id",
            <span key="id" className="mono">
              {found.command_id}
            </span>,
          ],
        ]}
      />
      <section aria-label="Payload">
        <h3 className="sub">Payload</h3>
        <Json value={found.payload} />
      </section>
      {found.status === "completed" && (
        <section aria-label="Result">
          <h3 className="sub">Result</h3>
          <Json value={found.result} />
        </section>
      )}
      {found.error && (
        <section aria-label="Error">
          <h3 className="sub">{found.status === "failed" ? "Error" : "Last error"}</h3>
          <Json value={found.error} />
        </section>
      )}
      <section aria-label="History">
        <h3 className="sub">History</h3>
        <ol className={styles.history}>
          {found.history.map((one) => (
            <li key={`${one.at} ${one.what}`}>
              <span className="quiet">{atClock(one.at)}</span>
              <span>
                {spoken(one.what)} by {byWhom(one.by)}
                {one.detail && <span className="quiet">: {visible(one.detail)}</span>}
              </span>
            </li>
          ))}
        </ol>
      </section>
      <Modal
        opened={asking !== undefined}
        onClose={() => setAsking(undefined)}
        title={asking === "delete" ? "Delete this command?" : "Cancel this command?"}
      >
        <div className="stack">
          <p style={{ margin: 0 }}>
            {asking === "delete"
              ? "Its payload, result and history are gone for good."
              : "It ends as cancelled. An agent that works on it hears so with its next heartbeat; a task that waits for it fails at this step."}
          </p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setAsking(undefined)}>Keep it</Button>
            <Button variant="filled" color="red" onClick={() => asking && void act(asking)}>
              {asking === "delete" ? "Delete" : "Cancel command"}
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}

/** Who holds it, or who held it last: a command that waits is nobody's. */
function holder(command: Detail): string {
  if (!command.lease_owner) return "Nobody has taken it.";
  const name = visible(command.lease_owner);
  return command.status === "pending" ? `Nobody now; ${name} had it last.` : name;
}
