/** What was counted, newest first; whoever may, puts a count right or takes it back. */
import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client } from "../../api/client";
import { type FollowerCount, followerCounts } from "../../api/queries";
import { More } from "../../parts/More";
import { Trouble } from "../../parts/Rest";
import { byWhom, channelName, counted, when, whole } from "../../parts/words";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import { CountField } from "./CountField";
import styles from "./Personas.module.css";

export function Counts({ operator }: { operator: boolean }) {
  const query = useInfiniteQuery(followerCounts());
  const [chosen, setChosen] = useState<FollowerCount | null>(null);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  if (query.error && rows.length === 0) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (rows.length === 0) return null;
  return (
    <details className={styles.counts}>
      <summary>{counted(total, "count")}</summary>
      <table className={`ledger stacked ${styles.voices}`} aria-label="Counts of followers">
        <thead>
          <tr>
            <th>Channel</th>
            <th>Counted at</th>
            <th className="right">Followers</th>
            <th>By</th>
            {operator && (
              <th>
                <span className="unseen">Put right</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={`${one.platform} ${one.counted_at}`}>
              <td>{channelName(one.platform)}</td>
              <td className="quiet">{when(one.counted_at)}</td>
              <td className="right" data-name="Followers">
                {whole(one.count)}
                {one.doubt && <span className={styles.doubt}>{one.doubt}</span>}
              </td>
              <td className="quiet">{byWhom(one.said_by)}</td>
              {operator && (
                <td className="right">
                  {one.id && (
                    <Button
                      size="compact-xs"
                      aria-label={`Put right: ${whole(one.count)} of ${channelName(one.platform)}, ${when(one.counted_at)}`}
                      onClick={() => setChosen(one)}
                    >
                      Put right
                    </Button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <More query={query} />
      {chosen?.id && <PutRight key={chosen.id} id={chosen.id} one={chosen} close={() => setChosen(null)} />}
    </details>
  );
}

function PutRight({ id, one, close }: { id: string; one: FollowerCount; close: () => void }) {
  const [count, setCount] = useState<number | string>(one.count);
  const { busy, problem, act } = useVoiceAct();
  const params = { path: { count_id: id } };
  const finish = (done: { doubt: string | null } | undefined, message: string) => {
    if (!done) return;
    notifications.show({ message: [message, done.doubt].filter(Boolean).join(" ") });
    close();
  };
  const correct = async (event: FormEvent) => {
    event.preventDefault();
    const body = { count: Number(count) };
    finish(
      await act(() => ask(client.PATCH("/api/personas/followers/counts/{count_id}", { params, body }))),
      "The count is corrected, and its gains are divided anew.",
    );
  };
  const withdraw = async () =>
    finish(
      await act(() => ask(client.POST("/api/personas/followers/counts/{count_id}/withdraw", { params }))),
      "The count is withdrawn, and its gains are divided anew.",
    );
  return (
    <Modal opened onClose={close} title={`${channelName(one.platform)}, ${when(one.counted_at)}`}>
      <form className="stack" onSubmit={(event) => void correct(event)}>
        <CountField
          value={count}
          set={setCount}
          description="How many they were in truth. What it was stays in the log."
          error={problem?.of("count")}
        />
        <Said problem={problem} known={["count"]} />
        <div className="row">
          <Button color="red" variant="subtle" loading={busy} onClick={() => void withdraw()}>
            Withdraw the count
          </Button>
          <span className="space" />
          <Button onClick={close}>Leave it</Button>
          <Button type="submit" variant="filled" loading={busy} disabled={count === "" || Number(count) === one.count}>
            Correct
          </Button>
        </div>
      </form>
    </Modal>
  );
}
