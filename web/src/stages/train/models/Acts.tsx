/** What may be done with a version: let it take over, run it in shadow, roll back, retire it. */
import { Button, Modal, NumberInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { askIn, client, type Problem } from "../../../api/client";
import { useMay } from "../../../api/me";
import { type ModelRole, type TunedModel, tuningJob } from "../../../api/queries";
import { Panel } from "../../../parts/Panel";
import { Trouble } from "../../../parts/Rest";
import { visible } from "../../../parts/words";
import { say } from "../acting";
import type { Go } from "../filter";
import { useAct } from "../jobs/acting";
import { removalOf, retiring } from "../jobs/told";
import train from "../Train.module.css";
import { Aliases, State } from "./Models";
import { Back } from "./Roles";

type Props = { of: TunedModel; role: ModelRole; passed: boolean; set: Go };
type Asking = "force" | "shadow" | "retire" | "back" | null;

export function Acts({ of, role, passed, set }: Props) {
  const approver = useMay("approver");
  const admin = useMay("admin");
  const [asking, setAsking] = useState<Asking>(null);
  const { busy, problem, act } = useAct("models", "jobs");
  const job = useQuery({ ...tuningJob(of.job_id ?? ""), enabled: of.job_id != null }).data;
  const removal = job ? removalOf(job) : null;
  const again = async () => {
    const call = { params: { path: { model_id: of.id } }, body: {} };
    if (await act("again", () => askIn(client.POST("/api/orchestrator/models/{model_id}/retire", call))))
      say("It is tried again.");
  };
  const active = of.aliases.includes("active");
  const ready = of.state === "ready";
  const close = () => setAsking(null);
  const promote = async () => {
    const body = { model: of.id, force: false };
    if (await act("promote", () => askIn(client.PUT("/api/orchestrator/models/active", { body }))))
      say(`${of.label} is the ${of.role} from now on.`);
  };
  const unshadow = async () => {
    const body = { model: of.id, shadow: false, daily_usd: 1 };
    if (await act("shadow", () => askIn(client.PUT("/api/orchestrator/models/candidate", { body }))))
      say(`${of.label} runs in shadow no more. It stays the candidate.`);
  };
  return (
    <>
      <div className="row">
        <h2 className={train.title}>
          {of.label}
          <Aliases of={of} />
        </h2>
        <State of={of} />
        <span className="space" />
        <Button onClick={() => set({ id: undefined })}>All models</Button>
        {approver && of.state === "retired" && removal?.what === "endpoint" && removal.state === "failed" && (
          <Button loading={busy === "again"} onClick={() => void again()}>
            Stop what serves it
          </Button>
        )}
        {approver && active && <Button onClick={() => setAsking("back")}>Roll back</Button>}
        {approver && ready && !active && (
          <>
            <Button c="var(--failed)" onClick={() => setAsking("retire")}>
              Retire
            </Button>
            {of.shadow ? (
              <Button loading={busy === "shadow"} onClick={() => void unshadow()}>
                Stop the shadow
              </Button>
            ) : (
              <Button onClick={() => setAsking("shadow")}>Run in shadow</Button>
            )}
            {passed ? (
              <Button variant="filled" loading={busy === "promote"} onClick={() => void promote()}>
                {`Use as the ${of.role}`}
              </Button>
            ) : (
              admin && <Button onClick={() => setAsking("force")}>Use without the gate</Button>
            )}
          </>
        )}
      </div>
      {of.problem && (
        <Panel>
          <Trouble error={new Error(visible(of.problem))} what="It cannot be used" />
        </Panel>
      )}
      {problem && (
        <Panel>
          <Trouble error={problem} what="That was refused" />
        </Panel>
      )}
      {asking === "force" && <Force of={of} role={role} close={close} />}
      {asking === "shadow" && <Shadow of={of} role={role} close={close} />}
      {asking === "retire" && <Retire of={of} close={close} />}
      {asking === "back" && <Back of={role} close={close} />}
    </>
  );
}

type AskProps = {
  title: string;
  close: () => void;
  send: () => Promise<boolean>;
  verb: string;
  stay: string;
  red?: boolean;
  busy: boolean;
  ready?: boolean;
  problem: Problem | null;
  what: string;
  children: ReactNode;
};

function Ask({ title, close, send, verb, stay, red = false, busy, ready = true, problem, what, children }: AskProps) {
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await send()) close();
  };
  return (
    <Modal opened onClose={close} title={title}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {children}
        {problem && <Trouble error={problem} what={what} />}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>{stay}</Button>
          <Button type="submit" variant="filled" color={red ? "red" : undefined} loading={busy} disabled={!ready}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Force({ of, role, close }: { of: TunedModel; role: ModelRole; close: () => void }) {
  const [why, setWhy] = useState("");
  const { busy, problem, act } = useAct("models");
  const send = async () => {
    const body = { model: of.id, force: true, reason: why.trim() };
    const done = await act("force", () => askIn(client.PUT("/api/orchestrator/models/active", { body })));
    if (done) say(`${of.label} is the ${of.role} from now on, without the gate.`);
    return done !== undefined;
  };
  return (
    <Ask
      title={`Use ${of.label} without the gate?`}
      close={close}
      send={send}
      verb="Use without the gate"
      stay="Keep current"
      busy={busy !== null}
      ready={why.trim() !== ""}
      problem={problem}
      what="It was not changed"
    >
      <p style={{ margin: 0 }}>
        {`That it is better than ${role.active?.label ?? "the configured models"} is not shown. It is used from the next request on; rolling back is possible at any time.`}
      </p>
      <Textarea
        label="Why"
        description="Stays on record with your name."
        autosize
        minRows={2}
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
        required
        data-autofocus
      />
    </Ask>
  );
}

function Shadow({ of, role, close }: { of: TunedModel; role: ModelRole; close: () => void }) {
  const [daily, setDaily] = useState<number | string>(1);
  const { busy, problem, act } = useAct("models");
  const send = async () => {
    const body = { model: of.id, shadow: true, daily_usd: Number(daily) };
    const done = await act("shadow", () => askIn(client.PUT("/api/orchestrator/models/candidate", { body })));
    if (done) say(done.answer.shadow?.warning ?? `${of.label} runs in shadow.`);
    return done !== undefined;
  };
  const other = role.candidate && role.candidate.id !== of.id ? role.candidate.label : null;
  return (
    <Ask
      title={`Run ${of.label} in shadow`}
      close={close}
      send={send}
      verb="Run in shadow"
      stay="Not now"
      busy={busy !== null}
      ready={daily !== ""}
      problem={problem}
      what="It does not run in shadow"
    >
      <p style={{ margin: 0 }}>
        {`It answers real tasks beside what the ${of.role} uses, and changes nothing of them. How often both say the same is shown here.`}
        {other && ` It takes the place of ${other} as the candidate.`}
      </p>
      <NumberInput
        label="At most a day, US dollars"
        min={0}
        max={1000}
        decimalScale={2}
        value={daily}
        onChange={setDaily}
        data-autofocus
      />
    </Ask>
  );
}

function Retire({ of, close }: { of: TunedModel; close: () => void }) {
  const [why, setWhy] = useState("");
  const { busy, problem, act } = useAct("models");
  const send = async () => {
    const body = { reason: why.trim() || undefined };
    const params = { path: { model_id: of.id } };
    const done = await act("retire", () =>
      askIn(client.POST("/api/orchestrator/models/{model_id}/retire", { params, body })),
    );
    if (done) say(`${of.label} is retired.`);
    return done !== undefined;
  };
  return (
    <Ask
      title={`Retire ${of.label}?`}
      close={close}
      send={send}
      verb="Retire it"
      stay="Keep it"
      red
      busy={busy !== null}
      problem={problem}
      what="It was not retired"
    >
      <p style={{ margin: 0 }}>It cannot be used or compared any more. What is known of it stays.</p>
      <p style={{ margin: 0 }}>{retiring(of.target)}</p>
      <TextInput
        label="Why"
        description="Stays on record; it may be left empty."
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
        data-autofocus
      />
    </Ask>
  );
}
