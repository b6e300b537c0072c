import { Link } from "@tanstack/react-router";
import { Empty } from "../parts/Rest";

export function Missing() {
  return (
    <Empty title="There is no page at this address" action={<Link to="/">Go to Home</Link>}>
      The address may be mistyped. Tasks are at /orchestrator, what waits for you at /orchestrator/approvals.
    </Empty>
  );
}
