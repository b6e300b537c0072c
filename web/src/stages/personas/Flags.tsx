/** What should make a person look, with what it was seen by. */
import { useQuery } from "@tanstack/react-query";
import { personaFlags } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { capital, chance, whole } from "../../parts/words";
import styles from "./Personas.module.css";

const toldP = (p: number) => (p < 0.001 ? `p ${chance(p)}` : `p = ${chance(p)}`);

export function Flags({ names }: { names: Record<string, string> }) {
  const query = useQuery(personaFlags());
  return (
    <Panel title="Flags" aside={query.data && query.data.items.length > 0 && whole(query.data.items.length)}>
      <Shown query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={styles.none}>Nothing stands out: no voice rules, fails or goes viral, and weights move.</p>
          ) : (
            <ul className={styles.looks}>
              {items.map((one) => (
                <li key={`${one.kind} ${one.told}`}>
                  <b>{capital(one.kind)}</b>
                  <p className={styles.line}>{named(one.told, one.personas, names)}</p>
                  {(one.n != null || one.p_value != null) && (
                    <p className="quiet">
                      {[one.n != null && `n = ${whole(one.n)}`, one.p_value != null && toldP(one.p_value)]
                        .filter(Boolean)
                        .join(", ")}
                    </p>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}

/** The server's sentence begins with ids; a person knows voices by name. */
const named = (told: string, ids: string[], names: Record<string, string>) =>
  ids.reduce((text, id) => text.replaceAll(id, names[id] ?? id), told);
