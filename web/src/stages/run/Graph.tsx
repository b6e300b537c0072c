/** The plan as a graph whose nodes colour as they run. Bold = critical path, dashed = still to come. */
import "@xyflow/react/dist/base.css";
import { Controls, type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { type KeyboardEvent, useMemo } from "react";
import type { Schemas } from "../../api/client";
import { Glyph, lookOf } from "../../parts/Status";
import { channelName, duration, spoken, visible } from "../../parts/words";
import styles from "./Graph.module.css";
import { place } from "./layout";

type Step = Schemas["StepDetail"];
type StepNode = Node<{ step: Step; planned?: Schemas["PlanStep"]; chosen: boolean; critical: boolean }, "step">;

const ACROSS = 208;
const DOWN = 74;
const READABLE = 0.78; // a narrow screen scrolls to the side instead of drawing smaller than this
const LEAST = 120; // as high as its controls
const FIT = { padding: 0.04, maxZoom: 1 };

/** The channel that a step works for, as a person reads it; null where it works for all. */
export function channelOf(planned: Schemas["PlanStep"] | undefined): string | null {
  const named = planned?.inputs?.channel ?? /^variant:(\w+)/.exec(planned?.produces ?? "")?.[1];
  return typeof named === "string" ? channelName(named) : null;
}

type Props = { steps: Step[]; plan: Schemas["Plan"] | null; chosen?: string; choose: (id: string) => void };

export function Graph({ steps, plan, chosen, choose }: Props) {
  const planned = useMemo(() => new Map(plan?.steps.map((step) => [step.id, step])), [plan]);
  const placed = useMemo(() => place(steps), [steps]);
  const critical = useMemo(() => new Set(plan?.critical_path ?? []), [plan]);
  const at = new Map(placed.map((each) => [each.id, each]));
  const nodes: StepNode[] = steps.map((step) => ({
    id: step.id,
    type: "step",
    position: { x: (at.get(step.id)?.column ?? 0) * ACROSS, y: (at.get(step.id)?.row ?? 0) * DOWN },
    data: { step, planned: planned.get(step.id), chosen: step.id === chosen, critical: critical.has(step.id) },
    draggable: false,
    connectable: false,
    ariaLabel: [spoken(step.tool), channelOf(planned.get(step.id)), step.state].filter(Boolean).join(", "),
  }));
  const states = new Map(steps.map((step) => [step.id, step.state]));
  const edges: Edge[] = steps.flatMap((step) =>
    step.depends_on
      .filter((input) => states.has(input))
      .map((input) => {
        const bold = critical.has(input) && critical.has(step.id);
        const come = states.get(input) !== "done";
        return {
          id: `${input}>${step.id}`,
          source: input,
          target: step.id,
          focusable: false,
          style: {
            stroke: bold ? "var(--ink)" : "var(--line-strong)",
            strokeWidth: bold ? 3.5 : 1.25,
            strokeDasharray: come ? "4 4" : undefined,
          },
        };
      }),
  );
  const open = (event: KeyboardEvent<HTMLElement>) => {
    const node = event.target instanceof Element ? event.target.closest<HTMLElement>(".react-flow__node") : null;
    if (!node?.dataset.id || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault(); // Space would scroll
    choose(node.dataset.id);
  };
  const rows = Math.max(1, ...placed.map((each) => each.row + 1));
  const columns = Math.max(1, ...placed.map((each) => each.column + 1));
  return (
    <section className={styles.scroll} aria-label="The plan's steps as a graph" onKeyDown={open}>
      <div style={{ height: Math.min(Math.max(rows * DOWN + 18, LEAST), 620), minWidth: columns * ACROSS * READABLE }}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={TYPES}
          fitView
          fitViewOptions={FIT}
          minZoom={0.15}
          maxZoom={1.5}
          nodesConnectable={false}
          nodesDraggable={false}
          zoomOnScroll={false}
          preventScrolling={false}
          panOnScroll={false}
          proOptions={{ hideAttribution: true }}
          onNodeClick={(_, node) => choose(node.id)}
          className={styles.flow}
          key={`${columns}x${rows}`}
        >
          <Controls
            position="bottom-right"
            showInteractive={false}
            fitViewOptions={FIT}
            aria-label="Size of the graph"
          />
        </ReactFlow>
      </div>
    </section>
  );
}

function StepBox({ data }: NodeProps<StepNode>) {
  const { step, planned, chosen, critical } = data;
  const channel = channelOf(planned);
  const look = step.waits_for ? "waiting" : lookOf(step.state);
  const come = step.state === "waiting" || step.state === "ready";
  const seconds = come ? (planned ? `~${duration(planned.estimated_seconds)}` : null) : duration(step.seconds);
  return (
    <div
      className={styles.node}
      data-look={look}
      data-come={come || undefined}
      data-chosen={chosen || undefined}
      data-critical={critical || undefined}
    >
      <Handle type="target" position={Position.Left} className={styles.handle} />
      <b>
        <Glyph look={look} />
        <span>{spoken(step.tool)}</span>
      </b>
      <small>
        {[
          channel ?? step.agent,
          step.waits_for ? visible(step.waits_for) : seconds,
          step.attempt > 1 ? `try ${step.attempt}` : null,
        ]
          .filter(Boolean)
          .join(" · ")}
      </small>
      <Handle type="source" position={Position.Right} className={styles.handle} />
    </div>
  );
}

const TYPES = { step: StepBox };
