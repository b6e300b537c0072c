/** Name and password; or what became of a one-time link that no longer works. */
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { Problem } from "../api/client";
import { type Me, post, tellDoor } from "../api/session";
import { Panel } from "../parts/Panel";
import { Mark } from "../shell/Mark";
import styles from "./SignIn.module.css";

type Props = {
  /** What became of a link that was tried just now. */
  refused: Problem | null;
  entered: () => void;
  /** Who is signed in all the same, and may stay so. */
  stay: Me | null;
};

export function SignIn({ refused, entered, stay }: Props) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(refused);

  const enter = async (path: string, body: unknown) => {
    setBusy(true);
    setProblem(null);
    try {
      await post(path, body);
      tellDoor();
      queries.clear();
      entered();
      await queries.invalidateQueries({ queryKey: ["me"] });
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "away", "The server does not answer", "", null, []));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    document.title = "Sign in · Cofounder";
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter("/api/auth/sign-in", { name, password });
  };
  return (
    <main className={styles.page}>
      <h1 className={styles.brand}>
        <Mark size={26} /> Cofounder
      </h1>
      <Panel title="Sign in" pad>
        <form onSubmit={submit} className="stack">
          {problem && (
            <p className={styles.problem} role="alert">
              {problem.message} {problem.hint}
            </p>
          )}
          <TextInput
            label="Name"
            autoComplete="username"
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={problem?.of("name")}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={problem?.of("password")}
          />
          <Button type="submit" variant="filled" loading={busy}>
            Sign in
          </Button>
        </form>
      </Panel>
      {stay && <Button onClick={entered}>{`Go on as ${stay.name}`}</Button>}
      <p className="quiet">
        No password yet? On the machine where Cofounder runs, <span className="mono">cofounder people link</span> prints
        a link that signs you in once.
      </p>
    </main>
  );
}
