/** What the planner, the writer and the judge use now, what they used before, and who is the candidate. */
import { Button, Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { askIn, client } from "../../../api/client";
import { useMay } from "../../../api/me";
import { type ModelRole, modelRoles, type TunedModel } from "../../../api/queries";
import { Facts } from "../../../parts/Facts";
import { Panel } from "../../../parts/Panel";
import { Shown, Trouble } from "../../../parts/Rest";
import { spoken, when } from "../../../parts/words";
import { say } from "../acting";
import type { Go } from "../filter";
import { useAct } from "../jobs/acting";
import train from "../Train.module.css";
import styles from "./Models.module.css";
import { notAsked } from "./told";

export function Roles({ set }: { set: Go }) {
  return (
    <Shown query={useQuery(modelRoles())} rows={5}>
      {(found) => (
        <div className={styles.roles}>
          {found.roles.map((role) => (
            <Role key={role.role} of={role} set={set} />
          ))}
        </div>
      )}
    </Shown>
  );
}

const configured = (of: ModelRole) =>
  of.configured.length > 1 ? of.configured.filter((one) => one !== "offline") : ["the built-in one"];

function Role({ of, set }: { of: ModelRole; set: Go }) {
  const approver = useMay("approver");
  const [back, setBack] = useState(false);
  const { busy, problem, act } = useAct("models");
  const drop = async () => {
    if (
      await act("drop", () =>
        askIn(
          client.PUT("/api/orchestrator/models/candidate", { body: { role: of.role, shadow: false, daily_usd: 1 } }),
        ),
      )
    )
      say(`The ${of.role} has no candidate any more.`);
  };
  return (
    <Panel title={spoken(of.role)} note={of.active && of.since ? `since ${when(of.since)}` : undefined} pad>
      <div className={styles.role}>
        <p className={styles.name}>{of.active ? <Open of={of.active} set={set} /> : `The configured models`}</p>
        <Facts
          rows={[
            [of.active ? "After it" : of.in_turn ? "In this order" : "Of these", configured(of).join(", ")],
            [
              "Which of them",
              of.in_turn ? null : (
                <Link key="routing" to="/settings" search={{ tab: "routing" }} hash="routing">
                  by the job and what was measured
                </Link>
              ),
            ],
            [
              "Before",
              of.previous ? (
                <Open key="previous" of={of.previous} set={set} />
              ) : of.active ? (
                "the configured models"
              ) : null,
            ],
            [
              "Candidate",
              of.candidate ? (
                <span key="candidate" className="row">
                  <Open of={of.candidate} set={set} />
                  {of.candidate.shadow && <span className="quiet">in shadow</span>}
                  {of.shadow && (of.shadow.warning || of.shadow.not_asked > 0) && (
                    <span className="quiet">{of.shadow.warning ?? notAsked(of.shadow)}</span>
                  )}
                </span>
              ) : (
                "none"
              ),
            ],
          ]}
        />
        {problem && <Trouble error={problem} what="That was refused" />}
        {approver && (of.active || of.candidate) && (
          <div className="row">
            {of.active && <Button onClick={() => setBack(true)}>Roll back</Button>}
            {of.candidate && (
              <Button loading={busy !== null} onClick={() => void drop()}>
                Drop the candidate
              </Button>
            )}
          </div>
        )}
      </div>
      {back && <Back of={of} close={() => setBack(false)} />}
    </Panel>
  );
}

function Open({ of, set }: { of: TunedModel; set: Go }) {
  return (
    <button type="button" className={train.open} onClick={() => set({ id: of.id })}>
      {of.label}
    </button>
  );
}

export function Back({ of, close }: { of: ModelRole; close: () => void }) {
  const [why, setWhy] = useState("");
  const [meant] = useState(of.active?.label);
  const { busy, problem, act } = useAct("models");
  const to = of.previous ? of.previous.label : "the configured models";
  const send = async (event: FormEvent) => {
    event.preventDefault();
    // The one that is named here: where somebody else was faster, nothing goes back two steps.
    const body = { role: of.role, active: meant, reason: why.trim() || undefined };
    const done = await act("back", () => askIn(client.POST("/api/orchestrator/models/roll-back", { body })));
    if (!done) return;
    say(`The ${of.role} uses ${done.answer.active?.label ?? "the configured models"} again.`);
    close();
  };
  return (
    <Modal opened onClose={close} title={`Roll the ${of.role} back to ${to}?`}>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <p
          style={{ margin: 0 }}
        >{`${of.active?.label} is not asked any more, from the next request on. It stays registered.`}</p>
        <TextInput
          label="Why"
          description="Stays on record; it may be left empty."
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          error={problem?.of("reason")}
          data-autofocus
        />
        {problem && !problem.of("reason") && <Trouble error={problem} what="It was not rolled back" />}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Keep current</Button>
          <Button type="submit" variant="filled" loading={busy !== null}>
            Roll back
          </Button>
        </div>
      </form>
    </Modal>
  );
}
