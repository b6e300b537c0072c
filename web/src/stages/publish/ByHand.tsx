/** What a person posted by hand from the outbox, or saw at the channel: since when it stands, and where. */
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { when } from "../../parts/words";
import { useActs } from "./acting";
import styles from "./Content.module.css";
import { localTime, Said } from "./Settle";

type Posted = { posted_at: string; url?: string | null };

type Given = { id: string; posted: Posted | null | undefined; may: boolean; seen?: boolean };

/** `seen`: it was sent from here, and a person saw that it is there. */
export function ByHand({ id, posted, may, seen = false }: Given) {
  const [asked, setAsked] = useState(false);
  const { busy, problem, unmark } = useActs(id);
  if (asked) return <Mark id={id} posted={posted} back={() => setAsked(false)} />;
  return (
    <div className="stack">
      {posted ? (
        <p style={{ margin: 0, overflowWrap: "anywhere" }}>
          {seen ? "There since" : "Posted by hand"} {when(posted.posted_at)}
          {posted.url && (
            <>
              :{" "}
              <a href={posted.url} target="_blank" rel="noreferrer noopener">
                {posted.url}
              </a>
            </>
          )}
          . It counts in learning.
        </p>
      ) : (
        <p className="quiet" style={{ margin: 0 }}>
          It lies in the outbox. It counts in learning once it is posted.
        </p>
      )}
      <Said problem={problem} known={[]} />
      {may && (
        <div className="row">
          <Button onClick={() => setAsked(true)}>{posted ? "Mend it" : "Mark as posted"}</Button>
          {posted && !seen && (
            <Button loading={busy === "unmark"} onClick={() => void unmark()}>
              It is not posted
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Mark({ id, posted, back }: { id: string; posted: Posted | null | undefined; back: () => void }) {
  const before = localTime(posted?.posted_at);
  const [url, setUrl] = useState(posted?.url ?? "");
  const [at, setAt] = useState(before);
  const { busy, problem, mark } = useActs(id);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    // a time that was left as it is counts to the second, as the server knows it
    const time = at && at !== before ? new Date(at).toISOString() : undefined;
    if (await mark({ url: url.trim() || undefined, posted_at: time })) back();
  };
  return (
    <form className={styles.answer} onSubmit={(event) => void send(event)}>
      <TextInput
        label="Address"
        description="Where it stands, if you have it."
        placeholder="https://"
        inputMode="url"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        error={problem?.of("url")}
        data-autofocus
      />
      <TextInput
        label="Since when"
        description="Your time. Empty: now."
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
        error={problem?.of("posted_at")}
      />
      <Said problem={problem} known={["url", "posted_at"]} />
      <div className="row">
        <Button type="submit" variant="filled" loading={busy === "mark"}>
          It is posted
        </Button>
        <Button onClick={back}>Back</Button>
      </div>
    </form>
  );
}
