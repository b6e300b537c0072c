/** A comparison begun: on which held-out lines, and how many. */
import { Button, Checkbox, Modal, NumberInput, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { askIn, client } from "../../../api/client";
import { readyDatasets, type TunedModel } from "../../../api/queries";
import { Trouble } from "../../../parts/Rest";
import { counted } from "../../../parts/words";
import { titled } from "../Datasets";
import { useAct } from "../jobs/acting";

export function Bench({ of, close }: { of: TunedModel; close: () => void }) {
  const datasets = useQuery(readyDatasets()).data?.items.filter((one) => one.role === of.role) ?? [];
  const [dataset, setDataset] = useState(of.dataset_id ?? "");
  const [most, setMost] = useState<number | string>(200);
  const [judge, setJudge] = useState(false);
  const { busy, problem, act } = useAct("models");
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      model: of.id,
      dataset_id: dataset || undefined,
      most: Number(most),
      judge,
    };
    if (await act("bench", () => askIn(client.POST("/api/orchestrator/models/benchmark", { body })))) close();
  };
  const known = ["dataset_id", "most", "judge"].some((field) => problem?.of(field));
  return (
    <Modal opened onClose={close} title={`Compare ${of.label}`}>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <p style={{ margin: 0 }}>
          Every contender answers the same lines. Those that this model has learned from are left out.
        </p>
        <Select
          label="Held-out lines of"
          placeholder="The version that it was trained with"
          clearable
          searchable
          data={datasets.map((one) => ({
            value: one.id,
            label: `${titled(one)}, ${counted(one.splits.test ?? 0, "test line")}`,
          }))}
          value={dataset || null}
          onChange={(value) => setDataset(value ?? "")}
          error={problem?.of("dataset_id")}
        />
        <NumberInput
          label="Lines at most"
          description="The gate wants 30. A larger number asks the same lines and more."
          min={1}
          max={2000}
          allowDecimal={false}
          value={most}
          onChange={setMost}
          error={problem?.of("most")}
        />
        {of.role === "writer" && (
          <Checkbox
            label="Let a configured model compare the texts"
            description="Each pair in both orders. It costs what that model costs."
            checked={judge}
            onChange={(event) => setJudge(event.currentTarget.checked)}
          />
        )}
        {problem && !known && <Trouble error={problem} what="It was not begun" />}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Not now</Button>
          <Button type="submit" variant="filled" loading={busy !== null} disabled={!Number(most)}>
            Compare
          </Button>
        </div>
      </form>
    </Modal>
  );
}
