/** The filter, frozen: what the version is called, whom it is for, and how its lines are divided. */
import { Button, Checkbox, Modal, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { askIn, client, Problem, type Schemas } from "../../api/client";
import { type TrainingFilter, usableFor, versionBefore } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Trouble } from "../../parts/Rest";
import { asked, type Divided, dividedLike, FIRST } from "./dividing";
import { taken } from "./filter";
import { ROLES } from "./formats";
import styles from "./Train.module.css";

type Usable = Schemas["UsableOut"];
type Props = { opened: boolean; close: () => void; filter: TrainingFilter; count: number };

const EMPTY = {
  name: "",
  description: "",
  role: "planner",
  divided: {} as Partial<Divided>, // only what somebody said
  duplicates: "near",
  redact: true,
};

export function NewDataset({ opened, close, filter, count }: Props) {
  return (
    <Modal opened={opened} onClose={close} title="Make a dataset" size="lg">
      {opened && <Form filter={filter} count={count} />}
    </Modal>
  );
}

function Form({ filter, count }: { filter: TrainingFilter; count: number }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [said, setSaid] = useDraft("making-dataset", EMPTY);
  const [again, setAgain] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const put = (next: Partial<typeof EMPTY>) => setSaid({ ...said, ...next });
  const before = useQuery({ ...versionBefore(said.name), enabled: again && said.name.trim() !== "" }).data;
  const role = again && before ? before.role : (said.role as Usable["role"]);
  const usable = useQuery(usableFor(role, filter)).data;
  const none = count === 0 || (usable?.role === role && usable.used === 0);
  const nameTaken = problem?.code === "dataset_name_taken";
  const how = { ...FIRST, ...(again && before ? dividedLike(before) : {}), ...said.divided };
  const divide = (next: Partial<Divided>) => put({ divided: { ...said.divided, ...next } });
  const divided = how.by !== "none";
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const body = {
      name: said.name.trim(),
      description: said.description,
      role: again && before ? undefined : role,
      filters: filter,
      ...asked(said.divided),
      duplicates: said.duplicates,
      redact: said.redact,
      new_version: again,
    } as Schemas["DatasetIn"];
    try {
      const made = await askIn(client.POST("/api/orchestrator/training/datasets", { body }));
      void queries.invalidateQueries({ queryKey: ["datasets"] });
      setSaid(EMPTY);
      void navigate({ to: "/training/datasets", search: { id: made.id } as never });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <p className="quiet">What is chosen now stays as it is in this version, whatever becomes of the examples.</p>
      <div className={styles.pair}>
        <TextInput
          label="Name"
          description="Letters, digits, blanks, . _ and -"
          value={said.name}
          onChange={(event) => put({ name: event.currentTarget.value })}
          error={problem?.of("name") ?? (nameTaken ? problem?.message : undefined)}
          required
          data-autofocus
        />
        <Select
          label="For"
          description={again && before ? "As the version before; another role has another name" : "Whom it teaches"}
          allowDeselect={false}
          data={ROLES}
          value={role}
          disabled={again && before != null}
          onChange={(next) => next && put({ role: next })}
        />
      </div>
      <p className="quiet" role="status">
        {taken(usable, count, role)}
      </p>
      {(nameTaken || again) && (
        <Checkbox
          label="Make the next version of that name"
          checked={again}
          onChange={(event) => setAgain(event.currentTarget.checked)}
        />
      )}
      <Textarea
        label="Description"
        autosize
        minRows={1}
        maxRows={6}
        value={said.description}
        onChange={(event) => put({ description: event.currentTarget.value })}
      />
      <div className={styles.pair}>
        <Select
          label="Divide by"
          allowDeselect={false}
          value={how.by}
          onChange={(by) => by && divide({ by })}
          data={[
            { value: "group", label: "Group: what belongs together stays together" },
            { value: "time", label: "Time: the newest are held out" },
            { value: "random", label: "Chance" },
            { value: "none", label: "Not at all" },
          ]}
        />
        <Select
          label="Duplicates"
          allowDeselect={false}
          value={said.duplicates}
          onChange={(duplicates) => duplicates && put({ duplicates })}
          data={[
            { value: "near", label: "Near and exact ones become one line" },
            { value: "exact", label: "Exact ones become one line" },
            { value: "keep", label: "Keep all" },
          ]}
        />
      </div>
      <div className={styles.three}>
        <NumberInput
          label="Validation, %"
          min={0}
          max={50}
          disabled={!divided}
          value={how.validation}
          onChange={(value) => typeof value === "number" && divide({ validation: value })}
        />
        <NumberInput
          label="Test, %"
          min={0}
          max={50}
          disabled={!divided}
          value={how.test}
          onChange={(value) => typeof value === "number" && divide({ test: value })}
        />
        <NumberInput
          label="Seed"
          min={0}
          max={2 ** 31 - 1}
          allowDecimal={false}
          value={how.seed}
          onChange={(value) => typeof value === "number" && divide({ seed: value })}
        />
      </div>
      <Checkbox
        label="Put placeholders in the place of personal data"
        checked={said.redact}
        onChange={(event) => put({ redact: event.currentTarget.checked })}
      />
      {problem && !nameTaken && <Trouble error={problem} what="It was not made" />}
      <div className="row">
        <span className="quiet">
          {count > 2_000 ? "It is made in the background; its page shows how far it is." : ""}
        </span>
        <span className="space" />
        <Button type="submit" variant="filled" loading={busy} disabled={!said.name.trim() || none}>
          {again ? "Make the next version" : "Make the dataset"}
        </Button>
      </div>
    </form>
  );
}
