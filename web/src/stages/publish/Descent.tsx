/** Where a publication comes from and what it went into: request, plan, draft, post, example, datasets, models. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { isMissing } from "../../api/client";
import { callsOf, task as taskQuery, trainingExample, trainingHolders } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { capital, channelName, counted, score, short, spoken, visible } from "../../parts/words";
import type { Waiting } from "../approve/Approval";
import type { Detail } from "./effect";
import { deliveryOf, standing } from "./reading";

export function Descent({ one, found }: { one: Detail; found?: Waiting }) {
  const task = useQuery(taskQuery(one.task_id)).data;
  const calls = useQuery(callsOf(one.task_id)).data ?? [];
  const asked = (role: string) =>
    [...new Set(calls.filter((each) => each.role === role && each.state === "answered").map(name))].join(", ");
  const variant = variantOf(one, found);
  const written = [
    variant && `version ${one.variant_version}`,
    variant?.refinements ? counted(variant.refinements, "refinement") : null,
    variant?.quality_score != null ? `quality ${score(variant.quality_score)}` : null,
    variant?.persona ? `voice ${spoken(variant.persona)}` : null,
    asked("writer") && `by ${asked("writer")}`,
  ].filter(Boolean);
  return (
    <Panel title="Lineage" pad>
      <Facts
        rows={[
          [
            "Request",
            task && (
              <Link to="/orchestrator/tasks/$id" params={{ id: one.task_id }}>
                {short(visible(task.request), 90)}
              </Link>
            ),
          ],
          ["Plan", task?.plan && [counted(task.steps.length, "step"), asked("planner")].filter(Boolean).join(", by ")],
          [
            "Draft",
            found && (
              <Link to="/orchestrator/approvals/$id" params={{ id: one.task_id }}>
                {capital(written.join(", ")) || "The text as it was decided"}
              </Link>
            ),
          ],
          ["Post", `${channelName(one.channel)}, ${(standing(one) ?? spoken(one.state)).toLowerCase()}`],
          ["Example", <Example key="example" id={one.task_id} />],
          ["Datasets", <Held key="held" id={one.task_id} of="datasets" />],
          ["Models", <Held key="models" id={one.task_id} of="models" />],
        ]}
      />
    </Panel>
  );
}

const name = (call: { model: string; answered_by: string | null }) =>
  call.model === "offline" ? "the built-in model" : (call.answered_by ?? call.model);

/** The variant that was published; none where it was changed since, or was never in an approval. */
export function variantOf(one: Detail, found?: Waiting) {
  const variant = Object.values(found?.channel_variants ?? {}).find(
    (each) => each.channel === one.channel && each.version === one.variant_version && each.exact_text === one.text,
  );
  return variant && { ...variant, delivery: deliveryOf(one, variant.delivery) };
}

function Example({ id }: { id: string }): ReactNode {
  const query = useQuery(trainingExample(id));
  if (isMissing(query.error)) return <span className="quiet">None was made of it yet.</span>;
  if (!query.data) return null;
  if (query.data.erased) return <span className="quiet">Erased on request.</span>;
  return (
    <Link to="/training" search={{ id } as never}>
      {query.data.archived_at ? "Put away" : "What was asked, planned, written and decided"}
    </Link>
  );
}

type Model = { model_id?: string; model?: string; state?: string };

function Held({ id, of }: { id: string; of: "datasets" | "models" }): ReactNode {
  const held = useQuery(trainingHolders(id)).data;
  if (!held) return null;
  if (held[of].length === 0) return <span className="quiet">In none yet.</span>;
  if (of === "datasets")
    return held.datasets.map((each) => (
      <div key={each.dataset_id}>
        <Link to="/training/datasets" search={{ id: each.dataset_id } as never}>
          {`${each.name}${each.version === null ? "" : ` v${each.version}`}`}
        </Link>{" "}
        <span className="quiet">{each.is_current ? "current" : spoken(each.state).toLowerCase()}</span>
      </div>
    ));
  return (held.models as Model[]).map((each) => (
    <div key={each.model_id}>
      <Link to="/training/models" search={{ id: each.model_id } as never}>
        {visible(each.model ?? "A tuned model")}
      </Link>{" "}
      <span className="quiet">{spoken(each.state ?? "").toLowerCase()}</span>
    </div>
  ));
}
