/** New weights that wait for a person: what they would change, and the decision. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { ask, client } from "../../api/client";
import { useMay } from "../../api/me";
import { personaRun, type VoiceLook } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Glyph } from "../../parts/Status";
import { ago } from "../../parts/words";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import { Changes } from "./Changes";
import styles from "./Personas.module.css";
import { Proven } from "./Proven";
import { bySize, did, readBy } from "./told";

type Names = Record<string, string>;

export function Proposal({ id, names }: { id: string; names: Names }) {
  const query = useQuery(personaRun(id));
  const approver = useMay("approver");
  const { busy, problem, act } = useVoiceAct();
  const decide = async (approved: boolean) => {
    const done = await act(() =>
      ask(client.POST("/api/personas/runs/{run_id}/decide", { params: { path: { run_id: id } }, body: { approved } })),
    );
    if (done)
      notifications.show({ message: approved ? "The new weights are in use." : "The weights stay as they are." });
  };
  const again = async () => {
    const done = await act(() => ask(client.POST("/api/personas/runs", { body: { dry_run: false } })));
    if (done) notifications.show({ message: did(done) });
  };
  return (
    <Panel
      label="New weights to approve"
      title={
        <span className={styles.warm}>
          <Glyph look="you" /> New weights to approve
        </span>
      }
      aside={query.data && ago(query.data.ran_at)}
      pad
    >
      <Shown query={query} rows={5}>
        {(look) => (
          <div className="stack">
            {look.outdated ? (
              <p className={styles.say}>{`${look.outdated} Look again, and decide on what that proposes.`}</p>
            ) : (
              <>
                <p className={styles.say}>{advice(look, names)}</p>
                {look.changes.length > 0 && <Changes look={look} names={names} />}
                {look.proof && <Proven proof={look.proof} />}
              </>
            )}
            <p className="quiet">{`${readBy(look)}. Policy ${look.policy}.`}</p>
            <Said problem={problem} known={[]} />
            {approver ? (
              <div className="row">
                {look.outdated ? (
                  <Button variant="filled" loading={busy} onClick={() => void again()}>
                    Look again
                  </Button>
                ) : (
                  <Button variant="filled" loading={busy} onClick={() => void decide(true)}>
                    Approve weights
                  </Button>
                )}
                <Button disabled={busy} onClick={() => void decide(false)}>
                  Decline
                </Button>
              </div>
            ) : (
              <p className="quiet">An approver decides.</p>
            )}
          </div>
        )}
      </Shown>
    </Panel>
  );
}

/** "Draw dataNerd and coach more often, provocateur less." */
function advice(look: VoiceLook, names: Names): string {
  const sorted = bySize(look.changes);
  const named = (up: boolean) =>
    sorted
      .filter((one) => one.newWeight > one.oldWeight === up)
      .slice(0, 2)
      .map((one) => names[one.generator] ?? one.generator)
      .join(" and ");
  const [more, less] = [named(true), named(false)];
  if (!more && !less) return "Each voice is drawn as often on the whole, but otherwise by topic, hour and channel.";
  return `Draw ${[more && `${more} more often`, less && `${less} less`].filter(Boolean).join(", ")}.`;
}
