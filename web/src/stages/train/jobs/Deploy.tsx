/** A job's model made reachable and put on the register; at once in use only by an admin who says why. */
import { Button, Checkbox, Modal, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { askIn, client } from "../../../api/client";
import { useMay } from "../../../api/me";
import type { TuningJob } from "../../../api/queries";
import { Trouble } from "../../../parts/Rest";
import { say } from "../acting";
import { useAct } from "./acting";

export function Deploy({ of, close }: { of: TuningJob; close: () => void }) {
  const admin = useMay("admin");
  const [name, setName] = useState(of.model_name);
  const [active, setActive] = useState(false);
  const [reason, setReason] = useState("");
  const { busy, problem, act } = useAct("jobs");
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const body = { model_name: name.trim(), set_active: active, reason: active ? reason.trim() : undefined };
    const path = { job_id: of.job_id };
    const done = await act("deploy", () =>
      askIn(client.POST("/api/orchestrator/training/jobs/{job_id}/deploy", { params: { path }, body })),
    );
    if (!done) return;
    say(`${name.trim()} is being made reachable.`);
    close();
  };
  const known = problem?.of("model_name") ?? problem?.of("reason");
  return (
    <Modal opened onClose={close} title={`Deploy ${of.model_name}`}>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <p style={{ margin: 0 }}>
          {`It is made reachable and registered as the next version of its name, for the ${of.role}. It is used once it passed the gate against the active one.`}
        </p>
        <TextInput
          label="Name"
          description="Small letters, digits and -"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem?.of("model_name")}
          required
          data-autofocus
        />
        {admin && (
          <Checkbox
            label={`Use it as the ${of.role} at once`}
            description="Without a benchmark and without the gate; the reason stays on record."
            checked={active}
            onChange={(event) => setActive(event.currentTarget.checked)}
          />
        )}
        {active && (
          <Textarea
            label="Why"
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={problem?.of("reason")}
            required
          />
        )}
        {problem && !known && <Trouble error={problem} what="It was not deployed" />}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Not now</Button>
          <Button
            type="submit"
            variant="filled"
            loading={busy !== null}
            disabled={!name.trim() || (active && !reason.trim())}
          >
            {active ? "Deploy and use" : "Deploy"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
