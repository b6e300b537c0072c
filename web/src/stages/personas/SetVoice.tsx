/** What a person says of a voice: whether it is drawn at all, and with which probability instead of the learnt one. */
import { Button, Modal, NumberInput, Radio, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import type { Voice } from "../../api/queries";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import { chance } from "./told";

const STATES: { value: Voice["status"]; label: string; description: string }[] = [
  { value: "active", label: "Active", description: "Drawn by what it brings." },
  { value: "testing", label: "Testing", description: "Drawn at the floor, and measured." },
  { value: "disabled", label: "Disabled", description: "Never drawn." },
];

export function SetVoice({ voice, close }: { voice: Voice; close: () => void }) {
  const [status, setStatus] = useState<Voice["status"]>(voice.status);
  const [given, setGiven] = useState(voice.override !== null);
  const [share, setShare] = useState<number | string>(Number((100 * (voice.override ?? voice.probability)).toFixed(1)));
  const [reason, setReason] = useState(voice.reason ?? "");
  const { busy, problem, act } = useVoiceAct();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const body: Schemas["PersonaIn"] = { status, reason: reason.trim() || null };
    if (given) body.override = Number(share) / 100;
    else if (voice.override !== null) body.override = null;
    const done = await act(() =>
      ask(client.PATCH("/api/personas/{persona}", { params: { path: { persona: voice.id } }, body })),
    );
    if (!done) return;
    notifications.show({ message: [`${voice.name} is set.`, done.note].filter(Boolean).join(" ") });
    close();
  };
  return (
    <Modal opened onClose={close} title={`Set ${voice.name}`}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <Radio.Group
          label="It is"
          value={status}
          onChange={(value) => setStatus(value as Voice["status"])}
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
          onChange={(value) => setGiven(value === "given")}
        >
          <div className="stack" style={{ gap: 8, paddingTop: 6 }}>
            <Radio
              value="learnt"
              label="Learnt"
              description={`Of the weights in use. Now ${chance(voice.probability)}.`}
            />
            <Radio value="given" label="Given by me" description="It outlives every look, until it is learnt again." />
          </div>
        </Radio.Group>
        {given && (
          <NumberInput
            label="Probability, percent"
            description="Others share the rest; none falls below its floor."
            value={share}
            onChange={setShare}
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
          onChange={(event) => setReason(event.currentTarget.value)}
          required={given}
          maxLength={500}
          error={problem?.of("reason")}
        />
        <Said problem={problem} known={["status", "override", "reason"]} />
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Leave it</Button>
          <Button type="submit" variant="filled" loading={busy}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
