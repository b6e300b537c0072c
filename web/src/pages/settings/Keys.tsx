/** Keys for programs: made, shown once, revoked; when they end and when they were used. */
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { apiKeys } from "../../api/queries";
import { useNow } from "../../parts/now";
import { useOnce } from "../../parts/once";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, byWhom, spoken, when } from "../../parts/words";
import styles from "../Settings.module.css";
import { Once } from "./Once";
import { ROLES } from "./People";

type KeyRow = Schemas["KeyOut"];

const LASTS = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "", label: "Never" },
];
const DAY = 86_400_000;

export function Keys() {
  const query = useQuery(apiKeys());
  const queries = useQueryClient();
  const now = useNow(30_000);
  const [made, setMade] = useState<{ name: string; key: string }>();
  const [ending, setEnding] = useState<KeyRow>();
  const [problem, setProblem] = useProblem<string>();
  const again = () => queries.invalidateQueries({ queryKey: ["keys"] });
  const revoke = async (key: KeyRow) => {
    setEnding(undefined);
    setProblem(undefined);
    try {
      await ask(client.POST("/api/keys/{key_id}/revoke", { params: { path: { key_id: key.id } } }));
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : String(error));
    }
    await again();
  };
  return (
    <Panel title="API keys" note="For agents and other programs">
      {made && (
        <Once
          title={`The key “${made.name}”.`}
          note="It is shown once and stored nowhere: copy it now."
          secret={made.key}
          done={() => setMade(undefined)}
        />
      )}
      {problem && (
        <p role="alert" className={styles.error}>
          {problem}
        </p>
      )}
      <Shown query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No key yet.">A program that calls the API needs one. Make it here.</Empty>
          ) : (
            <table className="ledger stacked">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Role</th>
                  <th className={styles.wide}>Begins with</th>
                  <th className={styles.wide}>Last used</th>
                  <th>State</th>
                  <th className="right">Acts</th>
                </tr>
              </thead>
              <tbody>
                {[...page.items].reverse().map((key) => (
                  <tr key={key.id}>
                    <td>
                      <b>{key.name}</b>
                      {key.created_by && (
                        <div className="quiet">{`made by ${byWhom(key.created_by)}, ${ago(key.created_at, now)}`}</div>
                      )}
                    </td>
                    <td>{spoken(key.role)}</td>
                    <td className={`mono ${styles.wide}`}>{`cf_${key.prefix}_`}</td>
                    <td className={`quiet ${styles.wide}`} title={when(key.last_used_at)}>
                      {key.last_used_at ? ago(key.last_used_at, now) : "never"}
                    </td>
                    <td>{stateOf(key, now)}</td>
                    <td className="right">
                      {!key.revoked_at && !hasEnded(key, now) && (
                        <Button c="var(--failed)" onClick={() => setEnding(key)}>
                          Revoke
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
      <Make
        made={(name, key) => {
          setMade({ name, key });
          void again();
        }}
      />
      <Modal opened={!!ending} onClose={() => setEnding(undefined)} title={`Revoke “${ending?.name}”?`}>
        <div className="stack">
          <p style={{ margin: 0 }}>Programs that use it are refused from now on. It cannot be undone.</p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setEnding(undefined)}>Keep it</Button>
            <Button variant="filled" color="red" onClick={() => ending && void revoke(ending)}>
              Revoke the key
            </Button>
          </div>
        </div>
      </Modal>
    </Panel>
  );
}

const hasEnded = (key: KeyRow, now: number) => !!key.expires_at && Date.parse(key.expires_at) <= now;

function stateOf(key: KeyRow, now: number) {
  if (key.revoked_at) return <Status status="cancelled" word="Revoked" />;
  if (!key.expires_at) return <Status status="done" word="Never ends" />;
  if (hasEnded(key, now)) return <Status status="expired" word="Ended" />;
  const left = Date.parse(key.expires_at) - now;
  const word = `Ends ${ago(key.expires_at, now)}`;
  return <Status status={left < 14 * DAY ? "pending_approval" : "done"} word={word} />;
}

function Make({ made }: { made: (name: string, key: string) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<KeyRow["role"]>("operator");
  const [lasts, setLasts] = useState("90");
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const [make, busy] = useOnce(async () => {
    if (!name.trim()) return;
    setProblem(null);
    const expires_at = lasts ? new Date(Date.now() + Number(lasts) * DAY).toISOString() : undefined;
    try {
      const key = await ask(client.POST("/api/keys", { body: { name, role, expires_at } }));
      setName("");
      made(key.name, key.key);
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
    }
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void make();
  };
  return (
    <form className={styles.make} onSubmit={submit}>
      <TextInput
        label="Name"
        placeholder="What it is for"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problem ? (problem.of("name") ?? problem.message) : undefined}
      />
      <Select
        label="Role"
        data={ROLES}
        value={role}
        allowDeselect={false}
        onChange={(value) => value && setRole(value as KeyRow["role"])}
      />
      <Select
        label="Ends"
        data={LASTS}
        value={lasts}
        allowDeselect={false}
        onChange={(value) => setLasts(value ?? "")}
      />
      <Button type="submit" variant="filled" loading={busy} disabled={!name.trim()}>
        Make a key
      </Button>
    </form>
  );
}
