/** The last changes of the house, whoever made them; each can be taken back. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { trainingChanges } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { ago, byWhom, counted, visible, when } from "../../parts/words";
import type { useChanges } from "./acting";
import styles from "./Train.module.css";

const VERBS: Record<Schemas["ChangeOut"]["action"], (tags: string) => string> = {
  tag: (tags) => `tagged ${tags}`,
  untag: (tags) => `took ${tags} away`,
  archive: () => "archived",
  restore: () => "restored",
  undo: () => "took back a change",
  by_hand: () => "changed in the database",
};

export function Changes({ acts }: { acts: ReturnType<typeof useChanges> }) {
  const operator = useMay("operator");
  const now = useNow(30_000);
  const rows = useQuery(trainingChanges()).data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Panel title="Last changes">
      <ul className={styles.changes}>
        {rows.map((one) => (
          <li key={one.id} data-gone={one.undone_by ? true : undefined}>
            <span>
              {`${byWhom(one.who)}: ${VERBS[one.action](visible(one.tags.join(", ")))}, ${counted(one.count, "example")}`}
            </span>
            <span className="quiet" title={when(one.at)}>
              {one.undone_by ? "taken back" : ago(one.at, now)}
            </span>
            {operator && one.undo_token && (
              <Button
                size="compact-sm"
                variant="subtle"
                disabled={acts.busy !== null}
                onClick={() => one.undo_token && void acts.undo(one.undo_token)}
              >
                Undo
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
