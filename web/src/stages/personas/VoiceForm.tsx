/** A voice of one's own: made, or changed by what was read; it can be heard before it is kept. */
import { Button, Modal, NumberInput, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { type OwnVoice, voices, voiceToChange } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Shown } from "../../parts/Rest";
import { Said } from "../publish/Settle";
import { useVoiceAct } from "./acting";
import styles from "./Personas.module.css";

type Typed = {
  name: string;
  like: string;
  instructions: string;
  words: number | string;
  never: string[];
  closings: string;
  weight: number | string;
  status: string;
};
const EMPTY: Typed = {
  name: "",
  like: "humanVoice",
  instructions: "",
  words: "",
  never: [],
  closings: "",
  weight: 5,
  status: "testing",
};
const FIELDS = ["name", "like", "instructions", "sentence_words", "never", "closings", "weight", "status"];

export function VoiceForm({ id, close }: { id?: string; close: () => void }) {
  return (
    <Modal opened onClose={close} title={id ? "Change a voice" : "Make a voice"} size="lg">
      {id ? <Change id={id} close={close} /> : <Make close={close} />}
    </Modal>
  );
}

function Make({ close }: { close: () => void }) {
  const [typed, setTyped] = useDraft("own-voice", EMPTY);
  const { busy, problem, act } = useVoiceAct();
  const save = async () => {
    const body = { ...bodyOf(typed), status: typed.status } as Schemas["VoiceMadeIn"];
    const made = await act(() => ask(client.POST("/api/personas/voices", { body })));
    if (!made) return;
    notifications.show({ message: `${made.name} is made.` });
    setTyped(EMPTY);
    close();
  };
  return <Fields typed={typed} setTyped={setTyped} save={save} close={close} busy={busy} problem={problem} fresh />;
}

function Change({ id, close }: { id: string; close: () => void }) {
  const query = useQuery(voiceToChange(id));
  return (
    <Shown query={query} rows={8}>
      {({ voice, etag }) => <Changing voice={voice} etag={etag} close={close} />}
    </Shown>
  );
}

function Changing({ voice, etag, close }: { voice: OwnVoice; etag: string | null; close: () => void }) {
  const [typed, setTyped] = useState<Typed>(() => ({
    ...EMPTY,
    name: voice.name,
    like: voice.like,
    instructions: voice.instructions,
    words: voice.style.sentence_words,
    never: voice.style.never,
    closings: voice.style.closings.join("\n"),
    weight: Number((100 * voice.weight).toFixed(1)),
  }));
  const [read] = useState(etag); // of what is being changed, whatever comes later
  const { busy, problem, act } = useVoiceAct();
  const save = async () => {
    const done = await act(() =>
      ask(
        client.PUT("/api/personas/voices/{persona}", {
          params: { path: { persona: voice.id } },
          headers: read ? { "If-Match": read } : {},
          body: bodyOf(typed),
        }),
      ),
    );
    if (!done) return;
    notifications.show({ message: `${done.name} is changed. Texts already written stay as they are.` });
    close();
  };
  return <Fields typed={typed} setTyped={setTyped} save={save} close={close} busy={busy} problem={problem} />;
}

function bodyOf(typed: Typed): Schemas["VoiceIn"] {
  const closings = typed.closings.split("\n").map((one) => one.trim());
  return {
    name: typed.name.trim(),
    like: typed.like,
    instructions: typed.instructions.trim(),
    weight: Number(typed.weight) / 100,
    style: {
      sentence_words: typed.words === "" ? null : Number(typed.words),
      never: typed.never,
      closings: closings.filter(Boolean),
    },
  };
}

type FieldsProps = {
  typed: Typed;
  setTyped: (next: Typed) => void;
  save: () => Promise<void>;
  close: () => void;
  busy: boolean;
  problem: ReturnType<typeof useVoiceAct>["problem"];
  fresh?: boolean;
};

function Fields({ typed, setTyped, save, close, busy, problem, fresh = false }: FieldsProps) {
  const put = (next: Partial<Typed>) => setTyped({ ...typed, ...next });
  const twelve = useQuery(voices()).data?.items.filter((one) => !one.own) ?? [];
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) void save();
  };
  const wrong = (field: string) =>
    problem?.of(field) ?? problem?.errors.find((one) => one.field.includes(field))?.message;
  return (
    <form className="stack" onSubmit={send}>
      <div className={styles.pair}>
        <TextInput
          label="Name"
          value={typed.name}
          onChange={(event) => put({ name: event.currentTarget.value })}
          error={wrong("name")}
          maxLength={200}
          required
          data-autofocus
        />
        <Select
          label="Like"
          allowDeselect={false}
          value={typed.like}
          data={twelve.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(like) => like && put({ like })}
          error={wrong("like")}
        />
      </div>
      <Textarea
        label="Instructions"
        description="For a language model, beside those of the voice it is like and above them."
        autosize
        minRows={2}
        maxRows={8}
        maxLength={4000}
        value={typed.instructions}
        onChange={(event) => put({ instructions: event.currentTarget.value })}
        error={wrong("instructions")}
      />
      <div className={styles.pair}>
        <NumberInput
          label="Words a sentence"
          description="4 to 24; empty: as the voice it is like."
          value={typed.words}
          onChange={(words) => put({ words })}
          min={4}
          max={24}
          error={wrong("sentence_words")}
        />
        <NumberInput
          label="First weight, percent"
          description="Beside the twelve, until it is learnt."
          value={typed.weight}
          onChange={(weight) => put({ weight })}
          min={0.1}
          max={100}
          decimalScale={1}
          suffix="%"
          required
          error={wrong("weight")}
        />
      </div>
      <TagsInput
        label="Never says"
        description="Words and phrases; Enter adds one."
        value={typed.never}
        onChange={(never) => put({ never })}
        error={wrong("never")}
      />
      <Textarea
        label="Ends on"
        description="One sentence a line; one of them is drawn for each text. No figures."
        autosize
        minRows={2}
        maxRows={6}
        value={typed.closings}
        onChange={(event) => put({ closings: event.currentTarget.value })}
        error={wrong("closings")}
      />
      {fresh && (
        <Select
          label="It is"
          allowDeselect={false}
          value={typed.status}
          data={[
            { value: "testing", label: "Testing: drawn at the floor, and measured" },
            { value: "active", label: "Active: drawn by its weight" },
            { value: "disabled", label: "Disabled: kept, not drawn" },
          ]}
          onChange={(status) => status && put({ status })}
        />
      )}
      <Heard typed={typed} />
      <Said
        problem={problem?.errors.some((one) => FIELDS.some((field) => one.field.includes(field))) ? null : problem}
        known={FIELDS}
      />
      <div className="row">
        <span className="space" />
        <Button onClick={close}>Leave it</Button>
        <Button type="submit" variant="filled" loading={busy}>
          {fresh ? "Make it" : "Save"}
        </Button>
      </div>
    </form>
  );
}

/** The voice as it stands in the form, on the facts that all voices are heard on. */
function Heard({ typed }: { typed: Typed }) {
  const { busy, problem, act } = useVoiceAct();
  const [text, setText] = useState<string>();
  const hear = async () => {
    const draft = { ...bodyOf(typed), name: typed.name.trim() || "New voice" };
    const found = await act(() => ask(client.POST("/api/personas/samples", { body: { draft } })));
    setText(found?.items[0]?.text);
  };
  return (
    <div className="stack" style={{ gap: 8 }}>
      <div>
        <Button size="xs" loading={busy} onClick={() => void hear()}>
          Hear it
        </Button>
      </div>
      {text && (
        <p className={styles.text} aria-live="polite">
          {text}
        </p>
      )}
      <Said problem={problem} known={[]} />
    </div>
  );
}
