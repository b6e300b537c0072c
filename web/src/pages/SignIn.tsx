/** Name and password, or the one-time link that `cofounder up` prints; its token stays in the address's fragment. */
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { Problem } from "../api/client";
import { post } from "../api/session";
import { Panel } from "../parts/Panel";
import { Mark } from "../shell/Mark";
import styles from "./SignIn.module.css";

/** The token of a one-time link, taken out of the address at once so that it stays in no history. */
function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("link");
  if (token) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return token;
}

export function SignIn() {
  const queries = useQueryClient();
  const [token] = useState(takeToken);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const enter = async (path: string, body: unknown) => {
    setBusy(true);
    setProblem(null);
    try {
      await post(path, body);
      await queries.invalidateQueries({ queryKey: ["me"] });
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "away", "The server does not answer", "", null, []));
    } finally {
      setBusy(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is used once, when the page opens
  useEffect(() => {
    document.title = "Sign in · Cofounder";
    if (token) void enter("/api/auth/link", { token });
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
      <p className="quiet">
        No password yet? On the machine where Cofounder runs, <span className="mono">cofounder people link</span> prints
        a link that signs you in once.
      </p>
    </main>
  );
}
