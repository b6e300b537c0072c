/** How to train: base model and settings. What is left empty is the target's to choose. */
import { Autocomplete, Checkbox, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import type { Problem } from "../../../api/client";
import type { Dataset, TuningTarget } from "../../../api/queries";
import { day } from "../../../parts/words";
import styles from "./Jobs.module.css";
import { endsSoon, type Said } from "./told";

type Props = {
  said: Said;
  put: (next: Partial<Said>) => void;
  target: TuningTarget | undefined;
  dataset: Dataset | undefined;
  problem: Problem | null;
};

const NUMBERS: {
  name: "epochs" | "batch" | "rank" | "length";
  field: string;
  label: string;
  min: number;
  max: number;
}[] = [
  { name: "epochs", field: "epochs", label: "Epochs", min: 1, max: 50 },
  { name: "batch", field: "batch_size", label: "Batch size", min: 1, max: 1024 },
  { name: "rank", field: "lora_rank", label: "LoRA rank", min: 0, max: 512 },
  { name: "length", field: "max_length", label: "Longest line, tokens", min: 16, max: 1_000_000 },
];
const MULTIPLIES = ["openai", "gemini", "bedrock"];

export function Choices({ said, put, target, dataset, problem }: Props) {
  const fitting = (target?.models ?? []).filter((one) => one.methods.includes(said.method));
  const named = said.base[said.target] ?? "";
  const base = fitting.find((one) => one.name === named) ?? (named ? undefined : fitting[0]);
  const pairs = dataset?.files.some((file) => file.kind === "pairs") ?? false;
  const learns = target ? target.methods.includes("dpo") : false;
  const local = said.target === "local";
  const ends = endsSoon(base, Date.now());
  return (
    <div className="stack">
      <Autocomplete
        label="Base model"
        description={
          local ? "One that is here, a folder on this machine, or a name on the hub." : "One that the provider tunes."
        }
        placeholder={fitting[0] ? `${fitting[0].name}, where left empty` : local ? "/models/small" : ""}
        data={fitting.map((one) => one.name)}
        filter={({ options }) => options}
        value={named}
        onChange={(value) => put({ base: { ...said.base, [said.target]: value } })}
        error={problem?.of("base_model")}
        renderOption={({ option }) => {
          const one = fitting.find((each) => each.name === option.value);
          return (
            <span className={styles.wide}>
              {option.value}
              <span className="quiet" style={{ display: "block" }}>
                {[one?.note, one?.ends && `Ends on ${day(one.ends)}.`].filter(Boolean).join(" ")}
              </span>
            </span>
          );
        }}
        disabled={!target}
      />
      {base?.ends && !ends && (
        <p className="quiet">{`${base.name} ends on ${day(base.ends)}; what is tuned on it ends with it.`}</p>
      )}
      {(ends || problem?.code === "base_model_ends") && (
        <Checkbox
          label={`Take it although it ends${base?.ends ? ` on ${day(base.ends)}` : " within 30 days"}`}
          description="What is tuned on it ends with it."
          checked={said.despite}
          onChange={(event) => put({ despite: event.currentTarget.checked })}
        />
      )}
      <div>
        <SegmentedControl
          aria-label="Learns from"
          value={said.method}
          onChange={(value) => put({ method: value as Said["method"] })}
          data={[
            { value: "sft", label: "From examples" },
            { value: "dpo", label: "From pairs", disabled: !(pairs && learns) },
          ]}
        />
        <p className="quiet">
          {problem?.of("method") ??
            (pairs && learns
              ? "Pairs teach which of two texts is preferred."
              : target && !learns
                ? "This target does not learn from pairs."
                : "Pairs come from writers' datasets; this one holds none.")}
        </p>
      </div>
      <details className={styles.more}>
        <summary>Settings, where the target's own are not to be taken</summary>
        <div className={styles.fields}>
          {NUMBERS.map(({ name, field, label, min, max }) => (
            <NumberInput
              key={name}
              label={label}
              description={name === "rank" ? "0 trains all weights" : undefined}
              inputWrapperOrder={["label", "input", "description", "error"]}
              min={min}
              max={max}
              allowDecimal={false}
              allowNegative={false}
              placeholder="default"
              value={said[name]}
              onChange={(value) => put({ [name]: value })}
              error={problem?.of(field)}
            />
          ))}
          <NumberInput
            label="Learning rate"
            description={MULTIPLIES.includes(said.target) ? "A multiplier here" : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            min={0}
            max={100}
            step={0.0001}
            decimalScale={8}
            allowNegative={false}
            placeholder="default"
            value={said.rate}
            onChange={(value) => put({ rate: value })}
            error={problem?.of("learning_rate")}
          />
          <Select
            label="Early stopping"
            allowDeselect={false}
            value={said.stop}
            onChange={(value) => value && put({ stop: value })}
            data={[
              { value: "default", label: "default" },
              { value: "yes", label: "When held-back loss rises" },
              { value: "no", label: "Never" },
            ]}
            error={problem?.of("early_stopping")}
          />
          <NumberInput
            label="Seed"
            min={0}
            max={2 ** 31 - 1}
            allowDecimal={false}
            value={said.seed}
            onChange={(value) => put({ seed: value })}
            error={problem?.of("seed")}
          />
          <TextInput
            label="Name of the model"
            placeholder="of role and dataset"
            description="Small letters, digits and -"
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={said.name}
            onChange={(event) => put({ name: event.currentTarget.value })}
            error={problem?.of("model_name")}
          />
        </div>
      </details>
    </div>
  );
}
