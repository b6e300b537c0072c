/** What a person says of a voice: whether it is drawn at all, and with which probability instead of the learnt one. */
import { Alert, Button, Modal, NumberInput, Radio, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client } from "../../api/client";
import type { Voice } from "../../api/queries";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import { changeOf, formOf, meanwhile, type Touched } from "./setting";
import { chance } from "./told";

const STATES: { value: Voice["status"]; label: string; description: string }[] = [
  { value: "active", label: "Active", description: "Drawn by what it brings." },
  { value: "testing", label: "Testing", description: "Drawn at the floor, and measured." },
  { value: "disabled", label: "Disabled", description: "Never drawn." },
];

type Props = { voice: Voice; fresh: Voice; close: () => void };

/** `voice` as it was when the dialog was opened, `fresh` as it is now. */
export function SetVoice({ voice, fresh, close }: Props) {
  const [read, setRead] = useState(voice);
  const [touched, setTouched] = useState<Touched>({});
  const touch = (part: Touched) => setTouched((before) => ({ ...before, ...part }));
  const { status, given, share, reason } = formOf(read, touched);
  const queries = useQueryClient();
  const { busy, problem, act } = useVoiceAct();
  const body = changeOf(read, touched);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!body) return;
    const headers = { "If-Match": `"${read.version}"` };
    const done = await act(() =>
      ask(client.PATCH("/api/personas/{persona}", { params: { path: { persona: voice.id } }, headers, body })),
    );
    if (!done) {
      void queries.invalidateQueries({ queryKey: ["personas", "list"] }); // where it is another one: what changed
      return;
    }
    notifications.show({ message: [`${voice.name} is set.`, done.note].filter(Boolean).join(" ") });
    close();
  };
  const other = meanwhile(read, fresh);
  return (
    <Modal opened onClose={close} title={`Set ${voice.name}`}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        {other && (
          <Alert color="yellow" role="status" title="Somebody set this voice since you opened it">
            <p style={{ margin: "0 0 8px" }}>{other} What you did not touch follows; what you touched stays yours.</p>
            <Button size="compact-xs" onClick={() => setRead(fresh)}>
              Go on from there
            </Button>
          </Alert>
        )}
        <Radio.Group
          label="It is"
          value={status}
          onChange={(value) => touch({ status: value as Voice["status"] })}
          error={problem?.of("status")}
        >
          <div className="stack" style={{ gap: 8, paddingTop: 6 }}>
            {STATES.map((one) => (
              <Radio key={one.value} {...one} />
            ))}
          </div>
        </Radio.Group>
        <Radio.Group
          label="Its probability is"
          value={given ? "given" : "learnt"}
          onChange={(value) => touch({ given: value === "given" })}
        >
          <div className="stack" style={{ gap: 8, paddingTop: 6 }}>
            <Radio
              value="learnt"
              label="Learnt"
              description={`Of the weights in use. Now ${chance(fresh.probability)}.`}
            />
            <Radio value="given" label="Given by me" description="It outlives every look, until it is learnt again." />
          </div>
        </Radio.Group>
        {given && (
          <NumberInput
            label="Probability, percent"
            description="Others share the rest; none falls below its floor."
            value={share}
            onChange={(value) => touch({ share: value })}
            min={0}
            max={100}
            decimalScale={1}
            suffix="%"
            required
            error={problem?.of("override")}
          />
        )}
        <TextInput
          label="Reason"
          description={given ? "Who gives a probability says why." : "Optional."}
          value={reason}
          onChange={(event) => touch({ reason: event.currentTarget.value })}
          required={given}
          maxLength={500}
          error={problem?.of("reason")}
        />
        {!(other && problem?.status === 412) && <Said problem={problem} known={["status", "override", "reason"]} />}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Leave it</Button>
          <Button type="submit" variant="filled" loading={busy} disabled={!body || other !== null}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
