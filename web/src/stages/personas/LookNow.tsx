/** Looks at the posts at once: first what would change, then, if a person says so, the look itself. */
import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { ask, client } from "../../api/client";
import type { VoiceLook, Voices } from "../../api/queries";
import { Loading, Trouble } from "../../parts/Rest";
import { useVoiceAct } from "./acting";
import { Changes } from "./Changes";
import { did, lacking, readBy } from "./told";

type Names = Record<string, string>;
const THEN: Record<Voices["mode"], string> = {
  autonomous: "The new weights are used at once; they can be rolled back.",
  propose: "The new weights wait for an approver.",
  watch: "The new weights are kept and told, not used.",
};

export function LookNow({ names, mode, filled }: { names: Names; mode?: Voices["mode"]; filled: boolean }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [dry, setDry] = useState<VoiceLook>();
  const { busy, problem, act } = useVoiceAct();
  const look = (dry_run: boolean) => act(() => ask(client.POST("/api/personas/runs", { body: { dry_run } })));
  const first = async () => {
    setDry(undefined);
    open();
    setDry(await look(true));
  };
  const go = async () => {
    const done = await look(false);
    if (!done) return;
    notifications.show({ message: did(done) });
    close();
  };
  const refused = problem && (
    <Trouble
      error={problem}
      what="The look did not work. Nothing was changed."
      retry={dry ? undefined : () => void first()}
    />
  );
  return (
    <>
      <Button variant={filled ? "filled" : "default"} onClick={() => void first()}>
        Look now
      </Button>
      <Modal opened={opened} onClose={close} title="What a look would change">
        <div className="stack">
          {dry && (
            <>
              <div>
                <b>{did(dry)}</b>
                <p className="quiet">
                  {dry.status === "skipped" ? lacking(dry) : `${readBy(dry)}. Policy ${dry.policy}.`}
                </p>
              </div>
              {dry.changes.length > 0 && <Changes look={dry} names={names} />}
              {dry.status === "success" && mode && <p style={{ margin: 0 }}>{THEN[mode]}</p>}
            </>
          )}
          {!dry && !refused && <Loading rows={6} />}
          {refused}
          <div className="row">
            <span className="space" />
            <Button onClick={close}>Close</Button>
            {dry?.status === "success" && (
              <Button variant="filled" loading={busy} onClick={() => void go()}>
                Look and keep it
              </Button>
            )}
          </div>
        </div>
      </Modal>
    </>
  );
}
