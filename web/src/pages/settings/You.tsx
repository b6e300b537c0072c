/** Who you are here, and your password. */
import { Button, PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useContext, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { MeContext } from "../../api/me";
import { useProblem } from "../../api/problem";
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { spoken } from "../../parts/words";
import styles from "../Settings.module.css";

export function You() {
  const me = useContext(MeContext);
  return (
    <div className={styles.form}>
      <Panel title="You" pad>
        <Facts
          rows={[
            ["Name", me?.name],
            ["Role", spoken(me?.role ?? "")],
          ]}
        />
      </Panel>
      {me?.kind !== "key" && <Password />}
    </div>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const queries = useQueryClient();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await ask(client.PUT("/api/auth/password", { body: { password, current: current || undefined } }));
      setCurrent("");
      setPassword("");
      notifications.show({ message: "Password set. Your other sign-ins have ended." });
      await queries.invalidateQueries({ queryKey: ["me"] });
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const field = problem?.of("current") ? "current" : "password";
  const told = problem ? `${problem.message} ${problem.hint ?? ""}` : undefined;
  return (
    <Panel title="Password" pad>
      <form className={styles.fields} onSubmit={(event) => void save(event)}>
        <PasswordInput
          label="The one you have"
          description="Not needed if you have none, or came by a link."
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          error={field === "current" ? told : undefined}
        />
        <PasswordInput
          label="New password"
          description="Four words in a row are better than one strange one."
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={field === "password" ? told : undefined}
        />
        <div className="row">
          <Button type="submit" variant="filled" loading={busy} disabled={!password}>
            Set password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
