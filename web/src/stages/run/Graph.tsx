/** The plan as a graph whose nodes colour as they run. Bold = critical path, dashed = still to come. */
import "@xyflow/react/dist/base.css";
import { type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import type { Schemas } from "../../api/client";
import { Glyph, lookOf } from "../../parts/Status";
import { duration, spoken } from "../../parts/words";
import styles from "./Graph.module.css";
import { place } from "./layout";

type Step = Schemas["StepDetail"];
type StepNode = Node<{ step: Step; planned?: Schemas["PlanStep"]; chosen: boolean }, "step">;

const WIDTH = 164;
const ACROSS = 208;
const DOWN = 74;

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
    data: { step, planned: planned.get(step.id), chosen: step.id === chosen },
    draggable: false,
    connectable: false,
    ariaLabel: `${spoken(step.tool)}, ${step.state}`,
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
            stroke: bold ? "var(--ink2)" : "var(--line-strong)",
            strokeWidth: bold ? 2.25 : 1.25,
            strokeDasharray: come ? "4 4" : undefined,
          },
        };
      }),
  );
  const rows = Math.max(1, ...placed.map((each) => each.row + 1));
  const columns = Math.max(1, ...placed.map((each) => each.column + 1));
  const width = (columns - 1) * ACROSS + WIDTH + 32;
  return (
    <section className={styles.scroll} aria-label="The plan's steps as a graph">
      <div style={{ height: Math.min(rows * DOWN + 18, 620), minWidth: width, width: "100%" }}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={TYPES}
          fitView
          fitViewOptions={{ padding: 0.04, maxZoom: 1 }}
          minZoom={0.3}
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
        />
      </div>
    </section>
  );
}

function StepBox({ data }: NodeProps<StepNode>) {
  const { step, planned, chosen } = data;
  const look = lookOf(step.state);
  const come = step.state === "waiting" || step.state === "ready";
  const seconds = come ? (planned ? `~${duration(planned.estimated_seconds)}` : null) : duration(step.seconds);
  return (
    <div className={styles.node} data-look={look} data-come={come || undefined} data-chosen={chosen || undefined}>
      <Handle type="target" position={Position.Left} className={styles.handle} />
      <b>
        <Glyph look={look} />
        <span>{spoken(step.tool)}</span>
      </b>
      <small>
        {[step.agent, seconds, step.attempt > 1 ? `try ${step.attempt}` : null].filter(Boolean).join(" · ")}
      </small>
      <Handle type="source" position={Position.Right} className={styles.handle} />
    </div>
  );
}

const TYPES = { step: StepBox };
