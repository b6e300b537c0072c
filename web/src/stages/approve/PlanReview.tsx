/** A plan that waits for a person: what it would do, take and cost, step by step; steps may be left out or rewritten. */
import { Button, SegmentedControl, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { settings } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Panel } from "../../parts/Panel";
import { channelName, cost, counted, duration, money, spoken, visible } from "../../parts/words";
import { channelOf } from "../run/Graph";
import type { Waiting } from "./Approval";
import styles from "./Approval.module.css";
import { DecisionBar } from "./DecisionBar";
import { ends, planOf, without } from "./planning";
import { firstTime } from "./times";

type Plan = Schemas["Plan"];

export function PlanReview({ found, may }: { found: Waiting; may: boolean }) {
  const given = JSON.stringify(found.plan, null, 2);
  const [text, setText] = useDraft(`plan:${found.task_id}:${found.fingerprint}`, given);
  const [at, setAt] = useState(() => firstTime(found));
  const [mode, setMode] = useState<"steps" | "text">("steps");
  const read = planOf(text);
  const plan = read.plan ?? (found.plan as unknown as Plan);
  const changed = text !== given;
  const put = (next: Plan) => {
    const written = JSON.stringify(next, null, 2);
    setText(written === JSON.stringify(JSON.parse(given), null, 2) ? given : written);
  };
  return (
    <>
      <div className="stack" style={{ flex: 1 }}>
        <Why found={found} plan={found.plan as unknown as Plan} />
        <Panel
          title="Steps"
          note={changed ? "changed by you" : undefined}
          aside={
            <span className="row">
              {changed && (
                <Button size="compact-sm" onClick={() => setText(given)}>
                  Take my changes back
                </Button>
              )}
              <SegmentedControl
                aria-label="How the plan is shown"
                size="xs"
                data={[
                  { value: "steps", label: "Steps" },
                  { value: "text", label: may ? "Write" : "As data" },
                ]}
                value={mode}
                onChange={(next) => setMode(next as "steps" | "text")}
              />
            </span>
          }
          label="Steps of the plan"
        >
          {mode === "steps" ? (
            <StepRows plan={plan} leaveOut={may ? (id) => put(without(plan, id)) : undefined} />
          ) : (
            <div style={{ padding: "12px 16px" }}>
              <Textarea
                aria-label="The plan as JSON"
                description="The server looks at every tool and every type before it takes the plan."
                autosize
                minRows={8}
                maxRows={28}
                spellCheck={false}
                readOnly={!may}
                styles={{ input: { font: "13px / 1.5 var(--mono)" } }}
                value={text}
                error={read.error}
                onChange={(event) => setText(event.currentTarget.value)}
              />
            </div>
          )}
        </Panel>
      </div>
      <DecisionBar
        found={found}
        names={[]}
        chosen={{}}
        setChosen={() => undefined}
        at={at}
        setAt={setAt}
        edits={{}}
        plan={changed ? read.plan : undefined}
        stale={false}
        blocked={read.plan === undefined}
        error={null}
        decided={() => setText(given)}
      />
    </>
  );
}

/** Why it stopped here, in a sentence of figures. */
function Why({ found, plan }: { found: Waiting; plan: Plan }) {
  const limit = useQuery(settings()).data?.cost_limit_usd?.value;
  const channels = [...new Set(plan.steps.map(channelOf).filter(Boolean))].join(", ");
  return (
    <Panel title={found.kind === "cost" ? "This would cost more than your limit" : "The plan, before it runs"} pad>
      <p className={styles.text} style={{ margin: 0 }}>
        {`About ${cost(plan.estimated_cost)} and ${duration(plan.critical_path_seconds)} for ${counted(plan.steps.length, "step")}`}
        {channels && `, for ${channels}`}
        {typeof limit === "number" && `. A plan above ${money(limit)} asks first`}
        {". Nothing has run yet, and nothing is published before its exact text is approved."}
      </p>
      {(plan.notes ?? []).map((note) => (
        <p key={note} className="quiet" style={{ margin: "6px 0 0" }}>
          {note}
        </p>
      ))}
    </Panel>
  );
}

function StepRows({ plan, leaveOut }: { plan: Plan; leaveOut?: (id: string) => void }) {
  const place = new Map(plan.steps.map((step, at) => [step.id, at + 1]));
  const last = ends(plan);
  return (
    <table className="ledger stacked">
      <thead>
        <tr>
          <th>#</th>
          <th>Step</th>
          <th>After</th>
          <th className="right">Time</th>
          <th className="right">Cost</th>
          {leaveOut && <th className="right">Acts</th>}
        </tr>
      </thead>
      <tbody>
        {plan.steps.map((step) => {
          const channel = channelOf(step);
          return (
            <tr key={step.id}>
              <td className="quiet desk">{place.get(step.id)}</td>
              <td style={{ flex: "1 0 100%" }}>
                <b>{visible(spoken(step.tool))}</b>
                {channel && <span className="quiet">{` ${channelName(channel)}`}</span>}
                <div className="quiet mono" style={{ overflowWrap: "anywhere" }}>
                  {visible(step.tool)}
                  {step.optional ? ", may fail" : ""}
                </div>
              </td>
              <td className="quiet desk">
                {(step.depends_on ?? []).map((id) => place.get(id) ?? id).join(", ") || "–"}
              </td>
              <td className="right" data-name="time">{`~${duration(step.estimated_seconds)}`}</td>
              <td className="right" data-name="cost">{`~${cost(step.estimated_cost)}`}</td>
              {leaveOut && (
                <td className="right">
                  {last.has(step.id) && plan.steps.length > 1 && (
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      aria-label={`Leave out: ${spoken(step.tool)}${channel ? `, ${channel}` : ""}`}
                      onClick={() => leaveOut(step.id)}
                    >
                      Leave out
                    </Button>
                  )}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
