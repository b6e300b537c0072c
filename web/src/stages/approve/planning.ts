/** A plan as a person changes it. Pure. */
import type { Schemas } from "../../api/client";

type Plan = Schemas["Plan"];

/** The plan that a text holds, or what keeps it from being one. Whether its tools exist the server says. */
export function planOf(text: string): { plan?: Plan; error?: string } {
  try {
    const found = JSON.parse(text) as Plan | null;
    if (!found || !Array.isArray(found.steps) || found.steps.some((step) => !step?.id || !step.tool))
      return { error: "A plan has steps, each with an id and a tool." };
    return { plan: found };
  } catch (error) {
    return { error: `This is no JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The steps that no other waits for: they can be left out. */
export function ends(plan: Plan): Set<string> {
  const needed = new Set(plan.steps.flatMap((step) => step.depends_on ?? []));
  return new Set(plan.steps.map((step) => step.id).filter((id) => !needed.has(id)));
}

/** The plan without one step. */
export const without = (plan: Plan, id: string): Plan => ({
  ...plan,
  steps: plan.steps.filter((step) => step.id !== id),
});
