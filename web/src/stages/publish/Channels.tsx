/** Where texts go out: a card a channel, with its accounts, how they are, what ends when. */
import { Badge, Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { channels } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, counted, day } from "../../parts/words";
import styles from "./Channels.module.css";
import { Connect } from "./ChannelsConnect";
import { type Account, type Channel, useChannelActs } from "./channels";

type Came = { account?: string; problem?: string; said?: string; forget: () => void };
type Open = { channel: Channel; again?: Account };

export function Channels({ came }: { came: Came }) {
  const query = useQuery(channels());
  const [open, setOpen] = useState<Open>();
  return (
    <div className="stack">
      <Back came={came} found={query.data?.items ?? []} />
      <Shown query={query} rows={6}>
        {(page) => (
          <div className={styles.cards}>
            {page.items.map((one) => (
              <Card key={one.channel} channel={one} connect={(again) => setOpen({ channel: one, again })} />
            ))}
          </div>
        )}
      </Shown>
      {open && (
        <Connect
          key={open.channel.channel}
          channel={open.channel}
          again={open.again}
          close={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}

/** What came of a sign-in at a provider, which sent the browser back here. */
function Back({ came, found }: { came: Came; found: Channel[] }) {
  const account = found.flatMap((one) => one.accounts).find((one) => one.account_id === came.account);
  if (came.problem)
    return (
      <p className={styles.said} role="alert">
        <Status status="failed" word="Not connected" />
        <span>{came.said}</span>
        <Button size="compact-xs" onClick={came.forget}>
          Close
        </Button>
      </p>
    );
  if (!account) return null;
  return (
    <p className={styles.said} role="status">
      {account.state === "choosing" ? (
        <Status status="pending_approval" word="Signed in" />
      ) : (
        <Status status="done" word="Connected" />
      )}
      <span>{account.state === "choosing" ? "Choose below which page it posts to." : account.name}</span>
      <Button size="compact-xs" onClick={came.forget}>
        Close
      </Button>
    </p>
  );
}

const STANDS = { ready: "done", attention: "pending_approval", outbox: "waiting" } as const;
const WORDS = { ready: "Ready", attention: "Needs you", outbox: "To the outbox" } as const;

function Card({ channel, connect }: { channel: Channel; connect: (again?: Account) => void }) {
  const admin = useMay("admin");
  return (
    <Panel title={channel.label} aside={<Status status={STANDS[channel.state]} word={WORDS[channel.state]} />}>
      <div className={styles.body}>
        <p className="quiet">{channel.takes}</p>
        {(channel.accounts.length === 0 || channel.channel === "email") && <p>{channel.detail}</p>}
        {channel.accounts.length > 0 && (
          <ul className={styles.accounts}>
            {channel.accounts.map((one) => (
              <Row key={one.account_id} account={one} connect={() => connect(one)} />
            ))}
          </ul>
        )}
        {(channel.expires.length > 0 || channel.quotas.length > 0) && (
          <ul className={styles.small}>
            {channel.expires
              .filter((one) => !one.account_id)
              .map((one) => (
                <li key={one.what}>{`${one.what} ends on ${day(one.at)}.`}</li>
              ))}
            {channel.quotas.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        )}
        {admin && channel.providers.length > 0 && (
          <div>
            <Button onClick={() => connect()}>
              {channel.accounts.length
                ? "Connect another"
                : `Connect ${channel.providers.map((one) => one.label).join(" or ")}`}
            </Button>
          </div>
        )}
        {admin && channel.channel === "email" && (
          <p>
            <Link to="/settings" search={{ tab: "connections" }}>
              Set up the mail server of the settings
            </Link>
          </p>
        )}
      </div>
    </Panel>
  );
}

const SHOWN_AS: Record<Account["state"], [string, string]> = {
  connected: ["done", "Connected"],
  needs_sign_in: ["pending_approval", "Connect again"],
  choosing: ["pending_approval", "Choose"],
  disconnected: ["cancelled", "Disconnected"],
};

function Row({ account, connect }: { account: Account; connect: () => void }) {
  const admin = useMay("admin");
  const acts = useChannelActs();
  const now = useNow(30_000);
  const [leaving, setLeaving] = useState(false);
  const id = account.account_id;
  const [status, word] = SHOWN_AS[account.state];
  return (
    <li>
      <div className={styles.name}>
        <b>{account.name}</b>
        {account.is_default && <Badge size="sm">Default</Badge>}
        <Status status={account.state === "connected" && account.problem ? "pending_approval" : status} word={word} />
      </div>
      <p className={styles.health}>
        {account.state === "needs_sign_in" && account.problem ? account.problem : account.health}
      </p>
      <p className="quiet">
        {[
          account.address,
          account.mail && writes(account.mail),
          account.checked_at && `Checked ${ago(account.checked_at, now)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <Wrong problem={acts.problem} />
      {admin && account.state === "choosing" && (
        <div className={styles.choices}>
          {account.choices?.map((one) => (
            <Button
              key={one.external_id}
              loading={acts.busy === "choose"}
              onClick={() => void acts.choose(id, one.external_id)}
            >
              {one.name}
            </Button>
          ))}
        </div>
      )}
      {admin && (
        <div className={styles.acts}>
          {account.state === "needs_sign_in" && (
            <Button size="compact-xs" variant="filled" onClick={connect}>
              Connect again
            </Button>
          )}
          {account.state === "connected" && account.mail && (
            <Button size="compact-xs" onClick={connect}>
              Change
            </Button>
          )}
          {account.state !== "choosing" && (
            <Button size="compact-xs" loading={acts.busy === `check ${id}`} onClick={() => void acts.check(id)}>
              Check now
            </Button>
          )}
          {account.state === "connected" && !account.is_default && (
            <Button size="compact-xs" loading={acts.busy === `default ${id}`} onClick={() => void acts.makeDefault(id)}>
              Make default
            </Button>
          )}
          {account.is_default && account.mail && (
            <Button
              size="compact-xs"
              loading={acts.busy === `default ${id}`}
              onClick={() => void acts.leaveDefault(id)}
            >
              Not the default
            </Button>
          )}
          <Button size="compact-xs" c="var(--failed)" onClick={() => setLeaving(true)}>
            {account.state === "choosing" ? "Forget it" : "Disconnect"}
          </Button>
        </div>
      )}
      <Modal opened={leaving} onClose={() => setLeaving(false)} title={`Disconnect “${account.name}”?`}>
        <div className="stack">
          <p style={{ margin: 0 }}>
            Its tokens, passwords and keys are erased, and the provider is told where it can be. What is scheduled by it
            goes to the outbox at its time.
          </p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setLeaving(false)}>Keep it</Button>
            <Button
              variant="filled"
              color="red"
              loading={acts.busy === "disconnect"}
              onClick={() => void acts.disconnect(id).then(() => setLeaving(false))}
            >
              Disconnect
            </Button>
          </div>
        </div>
      </Modal>
    </li>
  );
}

/** Whose messages an e-mail account sends, and to how many. */
function writes({ sender, reaches }: NonNullable<Account["mail"]>): string {
  return `${sender} to ${counted(reaches, "address", "addresses")}`;
}

export function Wrong({ problem }: { problem: Problem | null }) {
  if (!problem) return null;
  return (
    <p role="alert" className={styles.error}>
      {problem.message} {problem.hint}
    </p>
  );
}
