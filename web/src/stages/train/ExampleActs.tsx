/** What may be done with one example: leave it out of what is made from now on, or empty it for good. */
import { Button, Modal, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { askIn, client, Problem, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { Trouble } from "../../parts/Rest";
import { counted } from "../../parts/words";
import { say } from "./acting";

type Held = Schemas["HeldOut"] | undefined;
type Act = "withdraw" | "readmit" | "erase";
const at = "/api/orchestrator/training/data/{execution_id}";

/** Sends an act; the problem where it was refused. What is shown follows. */
function useAct(id: string) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (act: Act, reason: string): Promise<boolean> => {
    const params = { path: { execution_id: id } };
    setBusy(true);
    setProblem(null);
    try {
      if (act === "readmit") await askIn(client.POST(`${at}/readmit`, { params }));
      else if (act === "withdraw") await askIn(client.POST(`${at}/withdraw`, { params, body: { reason } }));
      else await askIn(client.POST(`${at}/erase`, { params, body: { reason } }));
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: ["training"] });
      void queries.invalidateQueries({ queryKey: ["datasets"] });
    }
  };
  return { busy, problem, send, forget: () => setProblem(null) };
}

export function ExampleActs({ id, held }: { id: string; held: Held }) {
  const approver = useMay("approver");
  const admin = useMay("admin");
  const act = useAct(id);
  const [asking, setAsking] = useState<"withdraw" | "erase" | null>(null);
  if (!approver) return null;
  const open = (what: "withdraw" | "erase" | null) => {
    act.forget();
    setAsking(what);
  };
  return (
    <div className="row">
      {held?.withdrawn ? (
        <Button
          loading={act.busy && asking === null}
          onClick={() => void act.send("readmit", "").then((done) => done && say("New versions may hold it again."))}
        >
          Let in again
        </Button>
      ) : (
        <Button onClick={() => open("withdraw")}>Withdraw</Button>
      )}
      {admin && (
        <Button c="var(--failed)" onClick={() => open("erase")}>
          Erase
        </Button>
      )}
      {act.problem && asking === null && <Trouble error={act.problem} />}
      <Modal
        opened={asking !== null}
        onClose={() => open(null)}
        title={asking === "erase" ? "Erase this example?" : "Withdraw this example?"}
      >
        {asking && <Asking what={asking} held={held} act={act} close={() => open(null)} />}
      </Modal>
    </div>
  );
}

type AskingProps = {
  what: "withdraw" | "erase";
  held: Held;
  act: ReturnType<typeof useAct>;
  close: () => void;
};

function Asking({ what, held, act, close }: AskingProps) {
  const [why, setWhy] = useState("");
  const versions = held?.datasets.filter((one) => one.state !== "deleted").length ?? 0;
  const still = versions > 0 ? `${counted(versions, "version")} of datasets ${versions === 1 ? "holds" : "hold"}` : "";
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await act.send(what, why.trim())) {
      say(what === "erase" ? "Erased; its tombstone stays." : "Withdrawn: no version made from now on holds it.");
      close();
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <p style={{ margin: 0 }}>
        {what === "erase"
          ? "All that it holds is emptied for good: request, plan, texts, scores and readings. That it was there, who erased it and why stays on record."
          : "No version made from now on holds it. It stays in the list, and can be let in again."}
        {still && ` ${still} a copy, which stays there until the version is deleted.`}
      </p>
      <TextInput
        label="Why"
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
        error={act.problem?.of("reason")}
        maxLength={200}
        required
        data-autofocus
      />
      {act.problem && !act.problem.of("reason") && <Trouble error={act.problem} what="Nothing was changed" />}
      <div className="row">
        <span className="space" />
        <Button onClick={close}>Keep it</Button>
        <Button
          type="submit"
          variant="filled"
          color={what === "erase" ? "red" : undefined}
          loading={act.busy}
          disabled={!why.trim()}
        >
          {what === "erase" ? "Erase this example" : "Withdraw it"}
        </Button>
      </div>
    </form>
  );
}
