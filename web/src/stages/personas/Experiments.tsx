/** Experiments with the voices: the open one first, what its arms came to, and how each ended. */
import { Button, Checkbox, Modal, Radio, Select, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { type Experiment, experiments, voices } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { byWhom, when } from "../../parts/words";
import { Said } from "../publish/Settle";
import { ArmsTable } from "./ArmsTable";
import { useVoiceAct } from "./acting";
import { ExperimentForm } from "./ExperimentForm";
import styles from "./Personas.module.css";
import { armName, spanOf, standingOf } from "./told";

export function Experiments() {
  const query = useQuery(experiments());
  const named = useQuery(voices()).data?.items ?? [];
  const names = Object.fromEntries(named.map((one) => [one.id, one.name]));
  const approver = useMay("approver");
  const [opened, { open, close }] = useDisclosure(false);
  const begin = approver && (
    <Button variant="filled" onClick={open}>
      Begin an experiment
    </Button>
  );
  return (
    <Shown query={query} rows={8}>
      {({ items }) => (
        <div className="stack">
          {items.length === 0 ? (
            <Panel label="Experiments">
              <Empty title="No experiment yet." action={begin || undefined}>
                Tasks are parted by a hash of their id, each arm draws voices its own way, and what each gains is told
                with its interval. One is open at a time.
              </Empty>
            </Panel>
          ) : (
            <>
              {items.every((one) => one.ended_at !== null) && begin && <div>{begin}</div>}
              {items.map((one) => (
                <One key={one.id} one={one} names={names} />
              ))}
            </>
          )}
          {opened && <ExperimentForm close={close} voices={named} />}
        </div>
      )}
    </Shown>
  );
}

function One({ one, names }: { one: Experiment; names: Record<string, string> }) {
  const approver = useMay("approver");
  const [ending, end] = useDisclosure(false);
  const broken = one.results.sample_ratio_broken;
  return (
    <Panel title={one.name} aside={standingOf(one)} pad>
      <div className="stack">
        <p className={styles.say}>{one.hypothesis}</p>
        {broken && (
          <p role="alert" className={styles.alarm}>
            {one.results.told[0]}
          </p>
        )}
        <ArmsTable one={one} names={names} />
        <ul className={styles.told}>
          {one.results.told.slice(broken ? 1 : 0).map((said) => (
            <li key={said}>{said}</li>
          ))}
        </ul>
        <p className="quiet">
          {`${spanOf(one)}, begun by ${byWhom(one.made_by)}.`}
          {one.results.sample_ratio_p !== null &&
            ` Tasks fell by their shares: p = ${one.results.sample_ratio_p.toPrecision(2)}.`}
        </p>
        {one.decision && (
          <p className={styles.line}>
            <b>{one.adopted ? `${armName(one.adopted)} was adopted` : "The way before was kept"}</b>
            {` by ${byWhom(one.decided_by ?? "")}, ${when(one.ended_at)}: ${one.reason ?? ""}`}
            {one.withdrawn_at && ` Withdrawn by ${byWhom(one.withdrawn_by ?? "")}, ${when(one.withdrawn_at)}.`}
          </p>
        )}
        {approver && !one.ended_at && (
          <div>
            <Button variant={one.state === "over" ? "filled" : "default"} onClick={end.open}>
              End it
            </Button>
          </div>
        )}
        {approver && one.adopted && !one.withdrawn_at && <Withdraw id={one.id} />}
      </div>
      {ending && <End one={one} close={end.close} />}
    </Panel>
  );
}

function End({ one, close }: { one: Experiment; close: () => void }) {
  const [decision, setDecision] = useState<"keep" | "adopt">("keep");
  const arms = Object.keys(one.arms) as NonNullable<Experiment["adopted"]>[];
  const [arm, setArm] = useState<string | null>(arms.find((name) => name !== "control") ?? null);
  const [reason, setReason] = useState("");
  const [anyway, setAnyway] = useState(false);
  const { busy, problem, act } = useVoiceAct();
  const unproven = decision === "adopt" && !one.results.arms.some((each) => each.arm === arm && each.scored > 0);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      decision,
      reason: reason.trim(),
      arm: decision === "adopt" ? arm : null,
      without_evidence: unproven && anyway,
    } as Schemas["EndIn"];
    const done = await act(() =>
      ask(
        client.POST("/api/personas/experiments/{experiment_id}/end", {
          params: { path: { experiment_id: one.id } },
          body,
        }),
      ),
    );
    if (!done) return;
    notifications.show({ message: `${one.name} has ended. Its results are kept with the decision.` });
    close();
  };
  return (
    <Modal opened onClose={close} title={`End ${one.name}`}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        {one.results.told.map((said) => (
          <p key={said} className={styles.line}>
            {said}
          </p>
        ))}
        <Radio.Group label="From now on" value={decision} onChange={(value) => setDecision(value as "keep" | "adopt")}>
          <div className="stack" style={{ gap: 8, paddingTop: 6 }}>
            <Radio value="keep" label="Draw as before" />
            <Radio value="adopt" label="Draw by one arm" description="Until it is withdrawn." />
          </div>
        </Radio.Group>
        {decision === "adopt" && (
          <Select
            label="Arm"
            allowDeselect={false}
            value={arm}
            data={arms.map((value) => ({ value, label: armName(value) }))}
            onChange={setArm}
            error={problem?.of("arm")}
          />
        )}
        {unproven && (
          <Checkbox
            label="Adopt it although no task of it was scored"
            required
            checked={anyway}
            onChange={(event) => setAnyway(event.currentTarget.checked)}
          />
        )}
        <Textarea
          label="Reason"
          autosize
          minRows={2}
          maxLength={1000}
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={problem?.of("reason")}
        />
        <Said problem={problem} known={["arm", "reason"]} />
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Not yet</Button>
          <Button type="submit" variant="filled" loading={busy}>
            End it
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Withdraw({ id }: { id: string }) {
  const { busy, problem, act } = useVoiceAct();
  const go = async () => {
    const done = await act(() =>
      ask(
        client.POST("/api/personas/experiments/{experiment_id}/withdraw", { params: { path: { experiment_id: id } } }),
      ),
    );
    if (done) notifications.show({ message: "Withdrawn. Voices are drawn as before it." });
  };
  return (
    <div className="stack" style={{ gap: 6 }}>
      <div>
        <Button loading={busy} onClick={() => void go()}>
          Withdraw it
        </Button>
      </div>
      <Said problem={problem} known={[]} />
    </div>
  );
}
