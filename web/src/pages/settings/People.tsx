/** Who may sign in: add, give a role, shut out, make a link that signs in once. */
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useContext, useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { MeContext } from "../../api/me";
import { useProblem } from "../../api/problem";
import { everyone } from "../../api/queries";
import { useNow } from "../../parts/now";
import { useOnce } from "../../parts/once";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, counted, when } from "../../parts/words";
import styles from "../Settings.module.css";
import { Once } from "./Once";

type Person = Schemas["PersonOut"];
type Role = Person["role"];

export const ROLES: { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: looks" },
  { value: "operator", label: "Operator: asks and runs" },
  { value: "approver", label: "Approver: decides and publishes" },
  { value: "admin", label: "Admin: everything" },
];

export function People() {
  const query = useQuery(everyone());
  const queries = useQueryClient();
  const now = useNow(30_000);
  const me = useContext(MeContext);
  const [problem, setProblem] = useProblem<string>();
  const [link, setLink] = useState<{ name: string; url: string; until: string }>();
  const [shutting, setShutting] = useState<Person>();
  const act = async (call: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error instanceof Problem ? `${error.message} ${error.hint ?? ""}` : String(error));
    }
    await queries.invalidateQueries({ queryKey: ["users"] });
  };
  const change = (person: Person, body: Schemas["PersonChange"]) =>
    act(() => ask(client.PATCH("/api/people/{person_id}", { params: { path: { person_id: person.id } }, body })));
  const makeLink = (person: { id: string; name: string }) =>
    act(async () => {
      const made = await ask(
        client.POST("/api/people/{person_id}/link", { params: { path: { person_id: person.id } } }),
      );
      setLink({ name: person.name, url: `${location.origin}/#link=${made.token}`, until: made.expires_at });
    });
  return (
    <Panel title="People" aside={query.data ? counted(query.data.items.length, "person", "people") : undefined}>
      {link && (
        <Once
          title={`A link for ${link.name}.`}
          note={`It signs in once, until ${when(link.until)}. It is shown only here.`}
          secret={link.url}
          done={() => setLink(undefined)}
        />
      )}
      {problem && (
        <p role="alert" className={styles.error}>
          {problem}
        </p>
      )}
      <Shown query={query}>
        {(page) => (
          <table className="ledger stacked">
            <thead>
              <tr>
                <th>Name</th>
                <th>Role</th>
                <th className={styles.wide}>Last sign-in</th>
                <th className={styles.wide}>State</th>
                <th className="right">Acts</th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((person) => (
                <tr key={person.id}>
                  <td>
                    <b>{person.name}</b>
                    {person.name === me?.name && <span className="quiet"> (you)</span>}
                    {person.email && <div className="quiet">{person.email}</div>}
                  </td>
                  <td>
                    <Select
                      aria-label={`Role of ${person.name}`}
                      w={250}
                      data={ROLES}
                      value={person.role}
                      allowDeselect={false}
                      disabled={person.disabled_at !== null}
                      onChange={(role) => role && void change(person, { role: role as Role })}
                    />
                  </td>
                  <td className={`quiet ${styles.wide}`} title={when(person.last_sign_in_at)}>
                    {person.last_sign_in_at ? ago(person.last_sign_in_at, now) : "never"}
                  </td>
                  <td className={styles.wide}>
                    {person.disabled_at ? (
                      <Status status="cancelled" word="Shut out" />
                    ) : (
                      <Status status="done" word={person.has_password ? "May sign in" : "By link"} />
                    )}
                  </td>
                  <td className="right">
                    <span className="row" style={{ justifyContent: "flex-end", flexWrap: "nowrap" }}>
                      {person.disabled_at ? (
                        <Button onClick={() => void change(person, { disabled: false })}>Let in again</Button>
                      ) : (
                        <>
                          <Button onClick={() => void makeLink(person)}>Link</Button>
                          <Button c="var(--failed)" onClick={() => setShutting(person)}>
                            Shut out
                          </Button>
                        </>
                      )}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Shown>
      <Add added={makeLink} />
      <Modal opened={!!shutting} onClose={() => setShutting(undefined)} title={`Shut ${shutting?.name} out?`}>
        <div className="stack">
          <p style={{ margin: 0 }}>
            Their sign-ins end now and they cannot come back until you let them in again. What they did stays on record.
          </p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setShutting(undefined)}>Keep</Button>
            <Button
              variant="filled"
              color="red"
              onClick={() => {
                if (shutting) void change(shutting, { disabled: true });
                setShutting(undefined);
              }}
            >
              {`Shut ${shutting?.name} out`}
            </Button>
          </div>
        </div>
      </Modal>
    </Panel>
  );
}

function Add({ added }: { added: (person: Person) => Promise<void> }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const [add, busy] = useOnce(async () => {
    if (!name.trim()) return;
    setProblem(null);
    try {
      const person = await ask(client.POST("/api/people", { body: { name, role, email: email.trim() || undefined } }));
      setName("");
      setEmail("");
      await added(person);
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
    }
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void add();
  };
  return (
    <form className={styles.make} onSubmit={submit}>
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problem ? (problem.of("name") ?? (problem.of("email") ? undefined : problem.message)) : undefined}
      />
      <TextInput
        label="E-mail, if you like"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        error={problem?.of("email")}
      />
      <Select
        label="Role"
        data={ROLES}
        value={role}
        allowDeselect={false}
        onChange={(value) => value && setRole(value as Role)}
      />
      <Button type="submit" variant="filled" loading={busy} disabled={!name.trim()}>
        Add and make a link
      </Button>
    </form>
  );
}
