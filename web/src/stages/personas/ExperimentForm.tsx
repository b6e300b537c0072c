/** A question put to use: what is expected, how tasks are parted, until when. */
import { Button, Checkbox, Modal, MultiSelect, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { type OwnVoice, personas } from "../../api/queries";
import { inputTime } from "../approve/times";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import styles from "./Personas.module.css";
import { armName } from "./told";

const ARMS = ["control", "variant_a", "variant_b"] as const;
type Arm = { share: number | string; draws: string; personas: string[] };
const WAYS = [
  { value: "learnt", label: "As without an experiment" },
  { value: "flattened", label: "Flattened by three tenths" },
  { value: "lifted", label: "Seldom voices lifted" },
];
const BEGIN: Record<(typeof ARMS)[number], Arm> = {
  control: { share: 50, draws: "learnt", personas: [] },
  variant_a: { share: 50, draws: "flattened", personas: [] },
  variant_b: { share: 0, draws: "lifted", personas: [] },
};
const TWO_WEEKS = 14 * 24 * 3_600_000;

export function ExperimentForm({ close, voices }: { close: () => void; voices: OwnVoice[] }) {
  const [name, setName] = useState("");
  const [hypothesis, setHypothesis] = useState("");
  const [until, setUntil] = useState(() => inputTime(new Date(Date.now() + TWO_WEEKS)));
  const [arms, setArms] = useState(BEGIN);
  const [third, setThird] = useState(false);
  const { busy, problem, act } = useVoiceAct();
  const used = ARMS.filter((arm) => third || arm !== "variant_b");
  const part = (three: boolean) => {
    setThird(three);
    const share = (arm: (typeof ARMS)[number]) =>
      three ? (arm === "control" ? 34 : 33) : arm === "variant_b" ? 0 : 50;
    setArms(Object.fromEntries(ARMS.map((arm) => [arm, { ...arms[arm], share: share(arm) }])) as typeof BEGIN);
  };
  const put = (arm: (typeof ARMS)[number], next: Partial<Arm>) =>
    setArms({ ...arms, [arm]: { ...arms[arm], ...next } });
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      name: name.trim(),
      hypothesis: hypothesis.trim(),
      end_at: new Date(until).toISOString(),
      arms: Object.fromEntries(used.map((arm) => [arm, { ...arms[arm], share: Number(arms[arm].share) / 100 }])),
    } as Schemas["ExperimentIn"];
    const made = await act(() => ask(client.POST("/api/personas/experiments", { body })));
    if (!made) return;
    notifications.show({
      message: `${made.name} has begun: tasks fall into its arms until ${new Date(until).toLocaleDateString()}.`,
    });
    close();
  };
  const of = (field: string) =>
    problem?.errors.find((one) => one.field === field || one.field.startsWith(`${field}.`))?.message;
  return (
    <Modal opened onClose={close} title="Begin an experiment" size="lg">
      <form className="stack" onSubmit={(event) => void save(event)}>
        <TextInput
          label="Name"
          required
          maxLength={200}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={of("name")}
        />
        <Textarea
          label="What you expect"
          description="In a sentence that could turn out to be wrong."
          placeholder="Drawing the seldom voices more often brings more followers for each task."
          required
          autosize
          minRows={2}
          maxLength={1000}
          value={hypothesis}
          onChange={(event) => setHypothesis(event.currentTarget.value)}
          error={of("hypothesis")}
        />
        <TextInput
          label="Until"
          description="Followers of its last posts may be counted later. It ends with your decision."
          type="datetime-local"
          required
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
          error={of("end_at")}
        />
        <Checkbox label="A second variant" checked={third} onChange={(event) => part(event.currentTarget.checked)} />
        <div className={styles.arms}>
          {used.map((arm) => (
            <OneArm
              key={arm}
              arm={arm}
              given={arms[arm]}
              put={(next) => put(arm, next)}
              voices={voices}
              wrong={of(`arms.${arm}`)}
            />
          ))}
        </div>
        {problem?.errors.some((one) => one.field === "arms") && (
          <p role="alert" className={styles.alarm}>{`${problem.message} ${problem.hint ?? ""}`}</p>
        )}
        <Said problem={problem?.errors.length ? null : problem} known={[]} />
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Leave it</Button>
          <Button type="submit" variant="filled" loading={busy}>
            Begin
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type OneProps = {
  arm: string;
  given: Arm;
  put: (next: Partial<Arm>) => void;
  voices: OwnVoice[];
  wrong?: string;
};

function OneArm({ arm, given, put, voices, wrong }: OneProps) {
  const policies = useQuery(personas()).data?.policies ?? [];
  const title = armName(arm);
  return (
    <fieldset className={styles.fieldset}>
      <legend>{title}</legend>
      <div className={styles.arm}>
        <NumberInput
          label="Share"
          aria-label={`Share of ${title}`}
          value={given.share}
          onChange={(share) => put({ share })}
          min={1}
          max={99}
          suffix="%"
          required
          error={wrong}
        />
        <Select
          label="Draws"
          aria-label={`How ${title} draws`}
          allowDeselect={false}
          value={given.draws}
          data={[...WAYS, ...policies.map((value) => ({ value, label: `By the policy ${value}` }))]}
          onChange={(draws) => draws && put({ draws })}
        />
        <MultiSelect
          label="Only these voices"
          aria-label={`Voices of ${title}`}
          placeholder={given.personas.length === 0 ? "All" : undefined}
          value={given.personas}
          data={voices.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(chosen) => put({ personas: chosen })}
        />
      </div>
    </fieldset>
  );
}
