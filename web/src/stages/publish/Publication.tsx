/** The page of one post: as it reads on its channel, where it went, what came of it, and where it comes from. */
import { Button, CopyButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { isMissing } from "../../api/client";
import { useMay } from "../../api/me";
import { approval, company, publication, publicationsOf } from "../../api/queries";
import { NoSuch } from "../../pages/Missing";
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { channelName, counted, short, when } from "../../parts/words";
import { Pictures, Preview } from "../approve/Preview";
import { Schedule } from "../approve/Schedule";
import { inputTime } from "../approve/times";
import { useActs } from "./acting";
import { ByHand } from "./ByHand";
import styles from "./Content.module.css";
import { Descent, variantOf } from "./Descent";
import { Effect } from "./Effect";
import { type Detail, unknownTo } from "./effect";
import { Measured } from "./Measured";
import { Posts } from "./Posts";
import { accountOf, byChannel, gist, outSince, standing, standsAt } from "./reading";
import { Said, Settle } from "./Settle";

export function Publication() {
  const { id } = useParams({ from: "/content/$id" });
  const query = useQuery(publication(id));
  if (!query.data && isMissing(query.error))
    return <NoSuch what="publication" back={<Link to="/content">See everything that was published</Link>} />;
  return <Shown query={query}>{(found) => <Whole key={id} one={found} />}</Shown>;
}

function Whole({ one }: { one: Detail }) {
  const approver = useMay("approver");
  const found = useQuery({ ...approval(one.task_id), retry: false }).data;
  const line = short(gist(one), 70);
  useEffect(() => {
    document.title = `${short(line, 50)} · Content · Cofounder`;
  }, [line]);
  return (
    <>
      <p className="quiet crumbs">
        <Link to="/content">Content</Link> / {channelName(one.channel)} by {accountOf(one)}
      </p>
      <div className={styles.title}>
        <h1>{line}</h1>
        <Status status={one.state} word={standing(one)} tinted />
      </div>
      <Siblings one={one} />
      <div className="columns">
        <div className="stack">
          <Reads one={one} found={found} />
          {one.actions?.includes("resolve") && (
            <Panel title="Is it out?" note="Sent again only where it surely is not out" pad>
              <div className="stack">
                <Look one={one} />
                <Settle
                  id={one.publication_id}
                  attempt={one.attempt}
                  attempted={one.attempted_at}
                  posts={one.deliveries[0]?.posts}
                  asked={unknownTo(one)}
                />
              </div>
            </Panel>
          )}
          {one.actions?.includes("posted") && (
            <Panel title={one.posted ? "Posted by hand" : "Have you posted it?"} pad>
              <ByHand id={one.publication_id} posted={one.posted} may={approver} />
            </Panel>
          )}
          {one.actions?.includes("correct") && (
            <Panel title="Seen there" pad>
              <ByHand id={one.publication_id} posted={one.seen} may={approver} seen />
            </Panel>
          )}
          {one.state === "published" && <Measured id={one.publication_id} />}
        </div>
        <div className="stack">
          <Panel title="Where it goes" pad>
            <div className="stack">
              <Place one={one} told={variantOf(one, found)?.delivery.note} />
              {approver && one.state !== "unknown" && <Acts one={one} />}
            </div>
          </Panel>
          <Effect one={one} decision={found?.decision} />
          <Descent one={one} found={found} />
        </div>
      </div>
    </>
  );
}

/** Where to look for what nobody is sure of, each sentence once, and of a thread what is known of each post. */
function Look({ one }: { one: Detail }) {
  const open = one.deliveries.filter((each) => each.state === "unknown" || each.state === "not_sent");
  const posts = one.deliveries[0]?.posts ?? [];
  return (
    <>
      {[...new Set(open.map((each) => each.where))].slice(0, 3).map((where) => (
        <p key={where} style={{ margin: 0 }}>
          {where.replace(/[.]?$/, ".")}
        </p>
      ))}
      {posts.length > 0 && <Posts posts={posts} />}
    </>
  );
}

/** What else the same request became. */
function Siblings({ one }: { one: Detail }) {
  const all = useQuery(publicationsOf(one.task_id)).data?.items ?? [];
  if (all.length < 2) return null;
  return (
    <nav className={styles.siblings} aria-label="What the request became">
      {[...all].sort(byChannel).map((each) => (
        <Link
          key={each.publication_id}
          to="/content/$id"
          params={{ id: each.publication_id }}
          aria-current={each.publication_id === one.publication_id ? "page" : undefined}
        >
          <Status status={each.state} word={channelName(each.channel)} />
        </Link>
      ))}
    </nav>
  );
}

/** A thread without a variant in an approval, as its posts. */
function Thread({ one }: { one: Detail }) {
  const posts = one.deliveries[0]?.posts ?? [];
  return (
    <Panel title={`${counted(posts.length, "post", "posts")} of a thread`} note={channelName(one.channel)} pad>
      <Posts posts={posts} whole />
      <Pictures images={one.images ?? []} />
    </Panel>
  );
}

/** The text as its channel shows it; where no variant of it stands, the very text. */
function Reads({ one, found }: { one: Detail; found: Parameters<typeof variantOf>[1] }) {
  const house = useQuery(company()).data ?? "";
  const variant = variantOf(one, found);
  const [exact, setExact] = useState(false);
  const stands = standsAt(one);
  const thread = (one.deliveries[0]?.posts?.length ?? 0) > 1;
  return (
    <div className="stack">
      {variant && !exact ? (
        <Preview
          name={one.channel}
          variant={variant}
          showing={variant}
          company={house}
          time={outSince(one)}
          place={1}
        />
      ) : thread && !exact ? (
        <Thread one={one} />
      ) : (
        <Panel title="The exact text" note={channelName(one.channel)} pad>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
          <p className={styles.text} tabIndex={0}>
            {one.text}
          </p>
          <Pictures images={one.images ?? []} />
        </Panel>
      )}
      <div className="row">
        <Copy value={one.text} what="Copy the text" />
        {stands && <Copy value={stands} what={isAddress(stands) ? "Copy the address" : "Copy the file's name"} />}
        {(variant || thread) && (
          <Button onClick={() => setExact(!exact)}>{exact ? "As the channel shows it" : "The exact text"}</Button>
        )}
      </div>
    </div>
  );
}

export const isAddress = (url: string) => /^https?:\/\//i.test(url);

export function Copy({ value, what = "Copy" }: { value: string; what?: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => <Button onClick={copy}>{copied ? "Copied" : what}</Button>}
    </CopyButton>
  );
}

/** Where it stands: an address to open, or a file in the outbox folder. */
export function Where({ url, brief = false }: { url: string | null; brief?: boolean }) {
  if (!url) return <>–</>;
  if (!isAddress(url))
    return brief ? `Outbox folder: ${url.split(/[\\/]/).pop()}` : <span className="mono">{url}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {url}
    </a>
  );
}

/** `told`: what the preview says already. */
function Place({ one, told }: { one: Detail; told?: string | null }) {
  const account = accountOf(one);
  const by = one.delivered_by === one.account ? account : `${channelName(one.delivered_by)}, ${account}`;
  const stands = standsAt(one);
  const mailed = one.channel === "email" && one.delivered_by !== "outbox" && one.recipients > 0;
  return (
    <Facts
      rows={[
        ["Goes by", by],
        ["Stands at", stands && <Where key="where" url={stands} />],
        ["From the file", one.posted && one.url && <Where key="file" url={one.url} />],
        ["Due", one.scheduled_at && when(one.scheduled_at)],
        ["Recipients", mailed && counted(one.recipients, "address", "addresses")],
        ["Not reached", one.channel === "email" && !!one.unsent && counted(one.unsent, "address", "addresses")],
        ["Not known", one.channel === "email" && !!one.unknown && counted(one.unknown, "address", "addresses")],
        ["Note", one.note !== told && one.note],
        ["Fingerprint", <span key="print" className="mono">{`${one.fingerprint.slice(0, 16)}…`}</span>],
      ]}
    />
  );
}

function Acts({ one }: { one: Detail }) {
  const { busy, problem, cancel, retry, move } = useActs(one.publication_id);
  const [choosing, setChoosing] = useState(false);
  const [sure, setSure] = useState(false);
  const actions = one.actions ?? [];
  if (actions.length === 0 && !problem) return null;
  return (
    <div className="stack">
      <Said problem={problem} known={[]} />
      {sure && <p style={{ margin: 0 }}>It stops for good and is not sent. The text stays with its task.</p>}
      <div className="row">
        {actions.includes("retry") && (
          <Button loading={busy === "retry"} onClick={() => void retry()}>
            Send it now
          </Button>
        )}
        {actions.includes("reschedule") && !sure && (
          <Button loading={busy === "move"} onClick={() => setChoosing(true)}>
            Another time
          </Button>
        )}
        {actions.includes("cancel") && !sure && (
          <Button c="var(--failed)" onClick={() => setSure(true)}>
            Cancel publication
          </Button>
        )}
        {sure && (
          <>
            <Button onClick={() => setSure(false)}>Keep it</Button>
            <Button
              variant="filled"
              color="red"
              loading={busy === "cancel"}
              onClick={() => void cancel().then(() => setSure(false))}
            >
              Cancel publication
            </Button>
          </>
        )}
      </div>
      <Schedule
        opened={choosing}
        at={one.scheduled_at ? inputTime(new Date(one.scheduled_at)) : ""}
        keep={(at) => void move(at ? new Date(at).toISOString() : null, one.scheduled_at)}
        close={() => setChoosing(false)}
      />
    </div>
  );
}
