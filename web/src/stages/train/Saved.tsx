/** Filters under a name, for everybody of the house. */
import { Button, Menu, Modal, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { askIn, client, Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { trainingFilters } from "../../api/queries";
import { Trouble } from "../../parts/Rest";
import { visible } from "../../parts/words";
import { filterOf, type Go, narrowed, type Search, searchOf, toldFilter } from "./filter";
import styles from "./Train.module.css";

const AT = "/api/orchestrator/training/filters";
type Kept = { id: string; name: string; filter: Record<string, unknown> };

export function Saved({ search, set }: { search: Search; set: Go }) {
  const operator = useMay("operator");
  const saved = useQuery(trainingFilters()).data?.items ?? [];
  const [asking, setAsking] = useState(false);
  const [leaving, setLeaving] = useState<Kept>();
  return (
    <>
      <Menu shadow="md" position="bottom-end" width="min(320px, calc(100vw - 24px))">
        <Menu.Target>
          <Button size="compact-sm" variant="subtle">
            Saved
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {operator && (
            <>
              <Menu.Item disabled={!narrowed(search)} onClick={() => setAsking(true)}>
                Save this filter
              </Menu.Item>
              <Menu.Divider />
            </>
          )}
          {saved.length === 0 && <Menu.Label>No filter is saved yet</Menu.Label>}
          <div className={styles.saved}>
            {saved.map((one) => (
              <div key={one.id} className={styles.keep}>
                <Menu.Item className={styles.break} onClick={() => set(searchOf(one.filter))}>
                  {visible(one.name)}
                </Menu.Item>
                {operator && (
                  <Menu.Item
                    className={styles.forget}
                    aria-label={`Forget ${visible(one.name)}`}
                    onClick={() => setLeaving(one)}
                  >
                    <span aria-hidden>×</span>
                  </Menu.Item>
                )}
              </div>
            ))}
          </div>
        </Menu.Dropdown>
      </Menu>
      {asking && <Save search={search} close={() => setAsking(false)} />}
      {leaving && <Forget of={leaving} close={() => setLeaving(undefined)} />}
    </>
  );
}

/** Sends a change of the house's filters; whether it was taken, and what was said against it. */
function useCarry() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const carry = async (call: () => Promise<unknown>): Promise<boolean> => {
    setProblem(null);
    setBusy(true);
    try {
      await call();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: ["training-filters"] });
    }
  };
  return { busy, problem, carry };
}

function Save({ search, close }: { search: Search; close: () => void }) {
  const { busy, problem, carry } = useCarry();
  const [name, setName] = useState("");
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const body = { name: name.trim(), description: "", filter: filterOf(search) };
    if (await carry(() => askIn(client.POST(AT, { body })))) close();
  };
  return (
    <Modal opened onClose={close} title="Save this filter">
      <form className="stack" onSubmit={(event) => void save(event)}>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem?.of("name") ?? problem?.message}
          required
          data-autofocus
        />
        <Button type="submit" variant="filled" loading={busy} disabled={!name.trim()}>
          Save
        </Button>
      </form>
    </Modal>
  );
}

function Forget({ of, close }: { of: Kept; close: () => void }) {
  const { busy, problem, carry } = useCarry();
  const forget = async () => {
    const at = { params: { path: { filter_id: of.id } } };
    if (await carry(() => askIn(client.DELETE(`${AT}/{filter_id}`, at)))) close();
  };
  return (
    <Modal opened onClose={close} title="Forget this filter?">
      <div className="stack">
        <p className={styles.break} style={{ margin: 0 }}>
          {`“${visible(of.name)}” (${toldFilter(of.filter)}). Nobody of the house will find it here any more. No example changes.`}
        </p>
        {problem && <Trouble error={problem} what="It was not forgotten" />}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Keep it</Button>
          <Button variant="filled" color="red" loading={busy} onClick={() => void forget()}>
            Forget it
          </Button>
        </div>
      </div>
    </Modal>
  );
}
