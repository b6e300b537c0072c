/** Looks at the voices, newest first: what each read, what it changed and why, and the way back from the one in use. */
import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ask, client } from "../../api/client";
import { useMay } from "../../api/me";
import { personaRuns, type VoiceLook } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { More } from "../../parts/More";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { capital, counted, when } from "../../parts/words";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import { Changes } from "./Changes";
import styles from "./Personas.module.css";
import { bySize, did, forgets, lacking, points, readBy, whoseLook } from "./told";

type Names = Record<string, string>;

export function Runs({ names }: { names: Names }) {
  const query = useInfiniteQuery(personaRuns());
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <Panel title="Looks" aside={query.data && counted(total, "look")}>
      {query.isPending ? (
        <Loading rows={5} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title="Nobody has looked yet.">
          A worker looks every six hours. It changes weights from 20 posts on that were scored within seven days.
        </Empty>
      ) : (
        <ol className={styles.looks}>
          {rows.map((look) => (
            <li key={look.run_id} data-standing={look.standing}>
              <Look look={look} names={names} />
            </li>
          ))}
        </ol>
      )}
      <More query={query} />
    </Panel>
  );
}

function Look({ look, names }: { look: VoiceLook; names: Names }) {
  const largest = bySize(look.changes)[0];
  const grown = largest && points(largest.newWeight - largest.oldWeight);
  const approver = useMay("approver");
  return (
    <>
      <p className={styles.did}>
        <b>{did(look)}</b>
        <span className="quiet">{when(look.ran_at)}</span>
      </p>
      <p className="quiet">{look.status === "skipped" ? lacking(look) : `${readBy(look)}.`}</p>
      {largest && (
        <p className="quiet">{`Largest change: ${names[largest.generator] ?? largest.generator} ${grown} points.`}</p>
      )}
      <div className={styles.foot}>
        {look.status === "success" && (
          <details>
            <summary>
              What changed<span className="unseen">{` in the look of ${when(look.ran_at)}`}</span>
            </summary>
            <div className={styles.inside}>
              {look.changes.length > 0 ? (
                <Changes look={look} names={names} />
              ) : (
                <p className="quiet">No voice by 0.05 points or more.</p>
              )}
              <Facts
                rows={[
                  ["Standing", capital(look.standing)],
                  ["Mode", look.mode],
                  ["Policy", look.policy],
                  ["Best", look.top_performer ? (names[look.top_performer] ?? look.top_performer) : "Not enough data"],
                  ["Least", look.bottom_performer && (names[look.bottom_performer] ?? look.bottom_performer)],
                  ["Odd", odd(look, names)],
                  ["Half-life", forgets(look)],
                  ["Who", whoseLook(look)],
                  [
                    "Seed",
                    <span key="seed" className="mono">
                      {look.seed}
                    </span>,
                  ],
                  [
                    "Posts' hash",
                    <span key="hash" className={`mono ${styles.hash}`}>
                      {look.input_hash}
                    </span>,
                  ],
                  ["Version", look.code_version],
                ]}
              />
            </div>
          </details>
        )}
        {look.standing === "in use" && look.run_id && (
          <>
            <span className={styles.tag}>in use</span>
            {approver && <RollBack id={look.run_id} />}
          </>
        )}
      </div>
    </>
  );
}

/** "Coach new, Explorer testing" */
const odd = (look: VoiceLook, names: Names) =>
  look.special.map((one) => `${names[String(one.generator)] ?? String(one.generator)} ${String(one.kind)}`).join(", ");

function RollBack({ id }: { id: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const { busy, problem, act } = useVoiceAct();
  const go = async () => {
    const done = await act(() =>
      ask(client.POST("/api/personas/runs/{run_id}/rollback", { params: { path: { run_id: id } } })),
    );
    if (!done) return;
    notifications.show({ message: "Rolled back. The weights before count again." });
    close();
  };
  return (
    <>
      <Button size="compact-xs" onClick={open}>
        Roll back
      </Button>
      <Modal opened={opened} onClose={close} title="Roll these weights back?">
        <div className="stack">
          <p style={{ margin: 0 }}>
            The weights before this look count again, the initial ones where there were none. What a person set stays.
            The look stays in the list. The next look may change weights again.
          </p>
          <Said problem={problem} known={[]} />
          <div className="row">
            <span className="space" />
            <Button onClick={close}>Keep them</Button>
            <Button variant="filled" color="red" loading={busy} onClick={() => void go()}>
              Roll back
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
