/** "Is it out?": what a person saw at the channel settles a publication whose outcome nobody knows. */
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { useActs } from "./acting";
import styles from "./Content.module.css";

/** A time as the input of that kind wants it, in the reader's own zone; empty for none. */
export function localTime(time: string | null | undefined): string {
  if (!time) return "";
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

type Posts = Schemas["ThreadPostOut"][];
type Given = {
  id: string;
  attempt: string;
  attempted: string | null;
  posts?: Posts;
  /** The addresses of which nobody knows; of several an answer may be about some. */
  asked?: string[];
  onDone?: () => void;
};

export function Settle({ id, attempt, attempted, posts = [], asked = [], onDone }: Given) {
  const [looked, setLooked] = useState<string | null>(attempt); // the answer is about the one that was looked at
  const seen = looked ?? attempt;
  const [side, setSide] = useState<"sent" | "not_sent" | null>(null);
  const may = useMay("approver");
  if (!may) return <p className={`quiet ${styles.buttons}`}>An approver can answer.</p>;
  if (side === null)
    return (
      <div className={styles.buttons}>
        <Button onClick={() => setSide("sent")}>It is there</Button>
        <Button onClick={() => setSide("not_sent")}>It is not</Button>
      </div>
    );
  const back = () => setSide(null);
  const done = () => {
    setSide(null); // of several others may be left to answer, about the attempt that stands by then
    setLooked(null);
    onDone?.();
  };
  const part = { id, attempt: seen, among: asked, back, onDone: done };
  return side === "sent" ? <There {...part} attempted={attempted} posts={posts} /> : <NotThere {...part} />;
}

type Part = { id: string; attempt: string; among: string[]; back: () => void; onDone?: () => void };

/** Which of several addresses the answer is about; undefined: all that are unknown. */
function useWho(among: string[], label: string) {
  const [left, setLeft] = useState<string[]>([]);
  const who = among.filter((one) => !left.includes(one));
  const toggle = (one: string) => setLeft(left.includes(one) ? left.filter((each) => each !== one) : [...left, one]);
  const boxes = among.length > 1 && (
    <fieldset className={styles.who}>
      <legend>{label}</legend>
      {among.map((one) => (
        <Checkbox key={one} label={one} checked={who.includes(one)} onChange={() => toggle(one)} />
      ))}
    </fieldset>
  );
  const recipients = among.length > 1 && left.length > 0 ? who : undefined;
  return { boxes, recipients, nobody: among.length > 0 && who.length === 0 };
}

function There({
  id,
  attempt,
  among,
  attempted,
  posts,
  back,
  onDone,
}: Part & { attempted: string | null; posts: Posts }) {
  const surely = posts.filter((each) => each.state === "sent").length;
  const asked = posts.some((each) => each.state === "waiting" || each.state === "not_sent");
  const [stand, setStand] = useState(String(surely + 1)); // the one in doubt
  const [again, setAgain] = useState(false);
  const partly = asked && Number(stand) < posts.length;
  const [url, setUrl] = useState("");
  const [at, setAt] = useState(localTime(attempted));
  const { busy, problem, settle } = useActs(id);
  const { boxes, recipients, nobody } = useWho(among, "Who has it?");
  const send = async (event: FormEvent) => {
    event.preventDefault();
    // a time that was left as it is counts to the second, as the server knows it
    const time = at && at !== localTime(attempted) ? new Date(at).toISOString() : undefined;
    const count = asked ? { posts: Number(stand), send_again: partly && again } : { send_again: false };
    const where = { url: url.trim() || undefined, published_at: time };
    if (await settle({ verdict: "sent", attempt, recipients, ...where, ...count })) onDone?.();
  };
  return (
    <form className={styles.answer} onSubmit={(event) => void send(event)}>
      {boxes}
      {asked && (
        <NativeSelect
          label="Posts that are there"
          description="Of the thread, from the first."
          value={stand}
          onChange={(event) => setStand(event.currentTarget.value)}
          data={posts
            .map((each) => each.number)
            .filter((number) => number >= Math.max(surely, 1))
            .map((number) => ({ value: String(number), label: `${number} of ${posts.length}` }))}
          error={problem?.of("posts")}
        />
      )}
      {partly && (
        <Checkbox
          label="Send the others now"
          description="Each as an answer to the one before."
          checked={again}
          onChange={(event) => setAgain(event.currentTarget.checked)}
        />
      )}
      <TextInput
        label="Address"
        description="Where it stands, if you have it. It is measured by that."
        placeholder="https://"
        inputMode="url"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        error={problem?.of("url")}
        data-autofocus
      />
      <TextInput
        label="Since when"
        description="Your time. As it is: when it was handed over."
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
        error={problem?.of("published_at")}
      />
      <Said problem={problem} known={["posts", "url", "published_at"]} />
      <div className="row">
        <Button type="submit" variant="filled" loading={busy === "settle"} disabled={nobody}>
          {recipients ? "These have it" : partly ? (again ? "Send the others" : "So many are there") : "It is there"}
        </Button>
        <Button onClick={back}>Back</Button>
      </div>
    </form>
  );
}

function NotThere({ id, attempt, among, back, onDone }: Part) {
  const [again, setAgain] = useState(false);
  const { boxes, recipients, nobody } = useWho(among, "Who does not have it?");
  const { busy, problem, settle } = useActs(id);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await settle({ verdict: "not_sent", attempt, recipients, send_again: again })) onDone?.();
  };
  return (
    <form className={styles.answer} onSubmit={(event) => void send(event)}>
      {boxes}
      <Checkbox
        label="Send it again now"
        description={
          among.length > 1
            ? "To those who are ticked, under the decision that stands. Be sure that they do not have it."
            : "The same text, under the decision that stands. Be sure that it is not out."
        }
        checked={again}
        onChange={(event) => setAgain(event.currentTarget.checked)}
      />
      <Said problem={problem} known={[]} />
      <div className="row">
        <Button type="submit" variant="filled" loading={busy === "settle"} disabled={nobody}>
          {again ? "It is not there, send again" : "It is not there"}
        </Button>
        <Button onClick={back}>Back</Button>
      </div>
    </form>
  );
}

/** A refusal that belongs to no field that is shown. */
export function Said({
  problem,
  known,
}: {
  problem: { message: string; hint: string | null; of: (field: string) => string | undefined } | null;
  known: string[];
}) {
  if (!problem || known.some((field) => problem.of(field))) return null;
  return (
    <p role="alert" style={{ margin: 0, color: "var(--failed)", fontSize: 13 }}>
      {problem.message} {problem.hint}
    </p>
  );
}
