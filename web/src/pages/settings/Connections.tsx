/** Which models and channels can be used, and what the others lack. They are set in the environment. */
import { useQuery } from "@tanstack/react-query";
import { system } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Findings } from "./Findings";

export function Connections() {
  const query = useQuery(system());
  return (
    <Shown query={query}>
      {(found) => (
        <div className="stack">
          <Panel title="Models" note="Asked in this order; the next one answers when one fails">
            <Findings items={found.models} strip="Model " />
          </Panel>
          <Panel title="Channels" note="Without an account a text goes to the outbox folder, for you to post">
            <Findings items={found.channels} />
          </Panel>
          <p className="quiet" style={{ margin: 0 }}>
            Accounts and keys are set in the environment, so that no secret lies in the database.
          </p>
        </div>
      )}
    </Shown>
  );
}
