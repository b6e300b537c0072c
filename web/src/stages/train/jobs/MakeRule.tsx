/** When jobs begin by themselves: after so many new examples, every so many days, or both. */
import { Button, NumberInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { askIn, client, type Schemas } from "../../../api/client";
import { useMay } from "../../../api/me";
import type { Dataset } from "../../../api/queries";
import { Panel } from "../../../parts/Panel";
import { Trouble } from "../../../parts/Rest";
import { say } from "../acting";
import { useAct } from "./acting";
import type { JobIn } from "./told";

/** The recipe of a version, as its next one is asked for. */
export function recipeOf(of: Dataset): Schemas["DatasetIn"] {
  const { split, seed, duplicates, redaction, system_prompt, ratio, answer } = of.recipe;
  return {
    name: of.name,
    description: of.description,
    role: of.role,
    filters: of.filters,
    split,
    seed,
    duplicates,
    redact: redaction !== "none",
    ...(system_prompt ? { system_prompt } : {}),
    ...(ratio ? { ratio } : {}),
    ...(answer ? { answer } : {}),
  } as Schemas["DatasetIn"];
}

export function MakeRule({
  dataset,
  body,
  done,
}: {
  dataset: Dataset | undefined;
  body: JobIn | null;
  done: () => void;
}) {
  const approver = useMay("approver");
  const [name, setName] = useState("");
  const [after, setAfter] = useState<number | string>(50);
  const [days, setDays] = useState<number | string>("");
  const { busy, problem, act } = useAct("jobs");
  const number = (given: number | string) => (typeof given === "number" ? given : undefined);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!body || !dataset) return;
    const { dataset_id: _, ...job } = body;
    const asked = {
      name: name.trim(),
      dataset: recipeOf(dataset),
      job,
      after_examples: number(after),
      every_days: number(days),
    };
    if (
      !(await act("rule", () =>
        askIn(client.POST("/api/orchestrator/training/rules", { body: asked as Schemas["RuleIn"] })),
      ))
    )
      return;
    say(`${name.trim()} is in force.`);
    done();
  };
  const ready = body && dataset && name.trim() && (number(after) || number(days));
  const shown = ["name", "after_examples", "every_days"].some((field) => problem?.of(field));
  return (
    <Panel title="When" pad>
      <form className="stack" style={{ gap: 12 }} onSubmit={(event) => void send(event)}>
        <TextInput
          label="Name of the rule"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem?.of("name")}
          required
        />
        <NumberInput
          label="After so many new examples"
          description="Those that fit the dataset; leave it empty for none."
          min={1}
          max={1_000_000}
          allowDecimal={false}
          value={after}
          onChange={setAfter}
          error={problem?.of("after_examples")}
        />
        <NumberInput
          label="Every so many days"
          min={1}
          max={366}
          allowDecimal={false}
          value={days}
          onChange={setDays}
          error={problem?.of("every_days")}
        />
        <p className="quiet">Where a job may cost more than the limit, it waits for an approver each time.</p>
        {problem && !shown && <Trouble error={problem} what="The rule was not made" />}
        {!approver && <p className="quiet">An approver can make rules.</p>}
        <Button type="submit" variant="filled" loading={busy !== null} disabled={!ready || !approver}>
          Make the rule
        </Button>
      </form>
    </Panel>
  );
}
