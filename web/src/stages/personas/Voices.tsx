/** Who the voices are: the twelve and those that people made, and how each sounds on the same facts. */
import { Button, SegmentedControl } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../api/me";
import { type OwnVoice, voiceSamples, voices } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { channelName, counted, score } from "../../parts/words";
import styles from "./Personas.module.css";
import { VoiceForm } from "./VoiceForm";

const CHANNELS = ["linkedin", "x", "facebook"];

export function VoicesHead() {
  const approver = useMay("approver");
  const [opened, { open, close }] = useDisclosure(false);
  if (!approver) return null;
  return (
    <>
      <Button variant="filled" onClick={open}>
        Make a voice
      </Button>
      {opened && <VoiceForm close={close} />}
    </>
  );
}

export function Voices() {
  const query = useQuery(voices());
  const approver = useMay("approver");
  const [changing, setChanging] = useState<string | null>(null);
  const names = Object.fromEntries((query.data?.items ?? []).map((one) => [one.id, one.name]));
  const own = query.data?.items.filter((one) => one.own) ?? [];
  return (
    <div className="stack">
      <Panel title="Your own voices" aside={query.data && counted(own.length, "voice")}>
        <Shown query={query} rows={3}>
          {() =>
            own.length === 0 ? (
              <p className={styles.none}>
                None yet. A voice of your own is like one of the twelve, with its own instructions, sentence length,
                words to avoid and closings. It is drawn, measured and learnt like any other.
              </p>
            ) : (
              <ul className={styles.own}>
                {own.map((one) => (
                  <Own
                    key={one.id}
                    one={one}
                    like={names[one.like] ?? one.like}
                    change={approver ? () => setChanging(one.id) : undefined}
                  />
                ))}
              </ul>
            )
          }
        </Shown>
      </Panel>
      <Samples />
      {changing && <VoiceForm key={changing} id={changing} close={() => setChanging(null)} />}
    </div>
  );
}

function Own({ one, like, change }: { one: OwnVoice; like: string; change?: () => void }) {
  return (
    <li className={styles.one}>
      <div className={styles.did}>
        <span>
          <b className={styles.name}>{one.name}</b>
          {one.status !== "active" && <span className={styles.tag}>{one.status}</span>}
        </span>
        {change && (
          <Button size="compact-xs" onClick={change} aria-label={`Change ${one.name}`}>
            Change
          </Button>
        )}
      </div>
      <p className={styles.line}>{one.instructions || <span className="quiet">No instructions of its own.</span>}</p>
      <p className="quiet">
        {[
          `Like ${like}`,
          `about ${score(one.style.sentence_words, 0)} words a sentence`,
          one.style.never.length > 0 && `never says ${one.style.never.join(", ")}`,
          one.style.closings.length > 0 && `ends on “${one.style.closings.join("” or “")}”`,
          `first weight ${score(one.weight, 2)}`,
        ]
          .filter(Boolean)
          .join("; ")}
      </p>
    </li>
  );
}

function Samples() {
  const [channel, setChannel] = useState("linkedin");
  const query = useQuery(voiceSamples(channel));
  return (
    <Panel
      title="How they sound"
      note="the built-in writer, one request, the same facts"
      aside={
        <SegmentedControl
          aria-label="Written for"
          size="xs"
          value={channel}
          data={CHANNELS.map((value) => ({ value, label: channelName(value) }))}
          onChange={setChannel}
        />
      }
    >
      <Shown query={query} rows={10}>
        {(found) => (
          <>
            <p className={styles.none}>{`An invented company: ${found.facts.join("; ")}.`}</p>
            <ul className={styles.heard} aria-label="Sample texts">
              {found.items.map((one) => (
                <li key={one.persona ?? "draft"} className={styles.sample}>
                  <h3>{one.name}</h3>
                  <p className={styles.text}>{one.text}</p>
                  <p className="quiet">{`${counted(one.words, "word")}, ${score(one.words_a_sentence, 0)} a sentence`}</p>
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Panel>
  );
}
