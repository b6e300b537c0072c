/** What may be done with a task: review, pause, resume, run again from a step, cancel. */
import { Button, Modal, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { complain, useProblem } from "../../api/problem";
import { Key, useKeys } from "../../parts/Key";
import { useOnce } from "../../parts/once";
import { short, spoken } from "../../parts/words";
import type { Detail } from "./Task";

const OVER = ["completed", "rejected", "failed", "cancelled", "expired"];

export function TaskActions({ task, chosen }: { task: Detail; chosen?: string }) {
  const operator = useMay("operator");
  const queries = useQueryClient();
  const over = OVER.includes(task.status);
  const paused = task.status === "paused";
  const runs = task.status === "running" || task.status === "queued";
  const [act] = useOnce(async (verb: "pause" | "resume" | "cancel") => {
    try {
      await ask(client.POST(`/api/tasks/{task_id}/${verb}`, { params: { path: { task_id: task.task_id } } }));
    } catch (error) {
      complain(`Could not ${verb}`, error);
    }
    await queries.invalidateQueries({ queryKey: ["task", task.task_id] });
  });
  useKeys(operator && (runs || paused) ? [["p", () => void act(paused ? "resume" : "pause")]] : []);
  return (
    <div className="row">
      {task.status === "pending_approval" && (
        <Button
          component={Link}
          variant="filled"
          {...({ to: "/orchestrator/approvals/$id", params: { id: task.task_id } } as object)}
        >
          Review
        </Button>
      )}
      {operator && (runs || paused) && (
        <Button onClick={() => void act(paused ? "resume" : "pause")} rightSection={<Key>P</Key>}>
          {paused ? "Resume" : "Pause"}
        </Button>
      )}
      {operator && task.steps.length > 0 && <Rerun task={task} chosen={chosen} />}
      {operator && !over && <Cancel task={task} cancel={() => act("cancel")} />}
    </div>
  );
}

function Cancel({ task, cancel }: { task: Detail; cancel: () => Promise<void> }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button color="red" variant="default" c="var(--failed)" onClick={open}>
        Cancel task
      </Button>
      <Modal opened={opened} onClose={close} title="Cancel this task?">
        <div className="stack">
          <p style={{ margin: 0 }}>
            “{short(task.request, 120)}” stops for good. What was already published stays published.
          </p>
          <div className="row">
            <span className="space" />
            <Button onClick={close}>Keep it</Button>
            <Button variant="filled" color="red" onClick={() => void cancel().then(close)}>
              Cancel task
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}

function Rerun({ task, chosen }: { task: Detail; chosen?: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [picked, setStep] = useState<string | null>(null);
  const step = picked ?? chosen ?? task.steps[0]?.id ?? null;
  const [problem, setProblem] = useProblem<string>();
  const navigate = useNavigate();
  const [go, busy] = useOnce(async () => {
    if (!step) return;
    try {
      const born = await ask(
        client.POST("/api/tasks/{task_id}/rerun", { params: { path: { task_id: task.task_id } }, body: { step } }),
      );
      close();
      await navigate({ to: "/orchestrator/tasks/$id", params: { id: born.task_id } });
    } catch (error) {
      setProblem(error instanceof Problem ? `${error.message} ${error.hint ?? ""}` : String(error));
    }
  });
  return (
    <>
      <Button onClick={open}>Re-run from a step</Button>
      <Modal opened={opened} onClose={close} title="Run again from a step">
        <div className="stack">
          <Select
            label="Step"
            description="A new task takes over what lies before this step and runs the rest anew."
            data={task.steps.map((each) => ({ value: each.id, label: `${spoken(each.tool)} (${each.id})` }))}
            value={step}
            onChange={setStep}
            error={problem}
            allowDeselect={false}
            searchable
          />
          <div className="row">
            <span className="space" />
            <Button onClick={close}>Close</Button>
            <Button variant="filled" loading={busy} onClick={() => void go()}>
              Run again
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
