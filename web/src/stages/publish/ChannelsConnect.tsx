/** Connects an account in plain steps: where to get what is asked for, then one form for the way that was chosen. */
import { Button, Checkbox, Modal, PasswordInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { Once } from "../../pages/settings/Once";
import { Wrong } from "./Channels";
import styles from "./Channels.module.css";
import { type Account, type Channel, type Provider, STEPS, useChannelActs, WAYS, type Way } from "./channels";
import { Copy } from "./Publication";

type Props = { channel: Channel; again?: Account; close: () => void };
type Typed = Record<string, string>;
type Field = { name: string; label: string; secret?: boolean; date?: boolean; optional?: boolean; help?: string };

const FIELDS: Record<Way, Field[]> = {
  sign_in: [
    { name: "client_id", label: "Client ID of your app" },
    { name: "client_secret", label: "Client secret of your app", secret: true },
  ],
  token: [
    { name: "token", label: "Access token", secret: true },
    { name: "ends", label: "Ends on", date: true, optional: true, help: "If you know: you are told a week before" },
  ],
  password: [
    { name: "address", label: "Address of the site", help: "For example https://blog.example.org" },
    { name: "user", label: "User" },
    { name: "password", label: "Application password", secret: true },
  ],
  admin_key: [
    { name: "address", label: "Address of the site", help: "For example https://blog.example.org" },
    { name: "admin_key", label: "Admin API key", secret: true },
  ],
  address: [{ name: "address", label: "Address", help: "https only" }],
  mail_server: [
    { name: "address", label: "Mail server", help: "HOST:PORT, for example smtp.example.org:587" },
    { name: "user", label: "User", optional: true },
    { name: "password", label: "Password", secret: true, optional: true },
    { name: "sender", label: "Sender", help: "Name <address>; another address is another account" },
    { name: "recipients", label: "Recipients", help: "Addresses with commas between; each gets a message of its own" },
    { name: "reply_to", label: "Answers to", optional: true, help: "Left empty: to the sender" },
  ],
};

/** An account's form as it stands before anybody types. */
function before(again?: Account): Typed {
  if (!again?.mail) return {};
  const { sender, recipients, reply_to, starttls } = again.mail;
  return { address: again.address, sender, recipients, reply_to: reply_to ?? "", open: starttls ? "" : "open" };
}

/** The fields of a way; connected again, what is secret may be left out where it is kept. */
function fieldsOf(way: Way, again?: Account): Field[] {
  const kept = { optional: true, help: "Left empty: as before" };
  if (!again) return FIELDS[way];
  if (way === "sign_in") return FIELDS[way].map((one) => ({ ...one, ...kept }));
  return FIELDS[way].map((one) =>
    way === "mail_server" && ["user", "password"].includes(one.name) ? { ...one, ...kept } : one,
  );
}

/** What is sent of a form. */
function bodyOf(way: Way, fields: Field[], typed: Typed, again?: Account) {
  const named = [...fields.map((one) => one.name), "name"];
  const { ends, ...said } = Object.fromEntries(named.map((name) => [name, typed[name]?.trim() || undefined]));
  const expires = ends ? { expires_at: `${ends}T00:00:00Z` } : {};
  if (way !== "mail_server") return { ...said, ...expires };
  const changed = again ? { account_id: again.account_id, ...(said.reply_to ? {} : { reply_to: "" }) } : {};
  const without = typed.without && !said.user ? { user: "" } : {}; // the new server wants none
  return { ...said, ...without, starttls: !typed.open, ...changed };
}

export function Connect({ channel, again, close }: Props) {
  const first = channel.providers.find((one) => one.provider === again?.provider) ?? channel.providers[0];
  const [provider, setProvider] = useState(first);
  const [way, setWay] = useState<Way>(first?.ways[0] ?? "sign_in");
  const [kind, setKind] = useState(again?.kind ?? first?.kinds[0] ?? "");
  const [typed, setTyped] = useState<Typed>(() => before(again));
  const [key, setKey] = useState<string>();
  const acts = useChannelActs();
  if (!provider) return null;
  const set = (name: string, value: string) => setTyped((held) => ({ ...held, [name]: value }));
  const choose = (named: string | null) => {
    const next = channel.providers.find((one) => one.provider === named);
    if (!next) return;
    setProvider(next);
    setWay(next.ways[0] ?? "sign_in");
    setKind(next.kinds[0] ?? "");
    acts.forget();
  };
  const fields = fieldsOf(way, again);
  const lacking = fields.some((one) => !one.optional && !typed[one.name]?.trim());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (lacking) return;
    const body = {
      ...bodyOf(way, fields, typed, again),
      provider: provider.provider,
      ...(provider.kinds.length > 1 ? { kind } : {}),
    };
    if (way === "sign_in") {
      const begun = await acts.signIn({ ...body, account_id: again?.account_id } as never);
      if (begun) window.location.assign(begun.url);
      return;
    }
    const made = await acts.connect(body as never);
    if (!made) return;
    if (made.signing_key) setKey(made.signing_key);
    else {
      if (made.state === "connected") notifications.show({ title: "Connected", message: made.name });
      close();
    }
  };
  const title = !again
    ? `Connect ${channel.label}`
    : again.state === "connected"
      ? `Change ${again.name}`
      : `Connect ${again.name} again`;
  return (
    <Modal opened onClose={close} title={title} size="lg">
      {key ? (
        <Once
          title="The signing key."
          note="It is shown once: give it to what receives the texts."
          secret={key}
          done={close}
        />
      ) : (
        <form className="stack" onSubmit={(event) => void submit(event)} autoComplete="off">
          {channel.providers.length > 1 && !again && (
            <Select
              label="With"
              data={channel.providers.map((one) => ({ value: one.provider, label: one.label }))}
              value={provider.provider}
              allowDeselect={false}
              onChange={choose}
            />
          )}
          {provider.ways.length > 1 && (
            <SegmentedControl
              aria-label="How"
              data={provider.ways.map((one) => ({ value: one, label: WAYS[one] }))}
              value={way}
              onChange={(value) => {
                setWay(value as Way);
                acts.forget();
              }}
            />
          )}
          <ol className={styles.steps}>
            {(STEPS[`${provider.provider} ${way}`] ?? []).map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ol>
          {way === "sign_in" && provider.redirect_uri && (
            <div className={styles.copied}>
              <code>{provider.redirect_uri}</code>
              <Copy value={provider.redirect_uri} />
            </div>
          )}
          {provider.kinds.length > 1 && (
            <SegmentedControl
              aria-label="Posts as"
              data={provider.kinds.map((one) => ({
                value: one,
                label: one === "person" ? "As a person" : "As a page",
              }))}
              value={kind}
              onChange={setKind}
            />
          )}
          {(way === "sign_in" || way === "token") && <Scopes provider={provider} kind={kind} />}
          {fields.map(({ name, label, secret, date, help }) => {
            const Input = secret ? PasswordInput : TextInput;
            return (
              <Input
                key={name}
                {...(secret ? {} : { type: date ? "date" : "text" })}
                label={label}
                description={help}
                value={typed[name] ?? ""}
                error={acts.problem?.of(name === "ends" ? "expires_at" : name)}
                onChange={(event) => set(name, event.currentTarget.value)}
                autoComplete="off"
              />
            );
          })}
          {way === "mail_server" && again && (acts.problem?.of("user") || typed.without) && (
            <Checkbox
              label="This server wants no user"
              description="The user and password that were kept are forgotten."
              checked={!!typed.without}
              onChange={(event) => set("without", event.currentTarget.checked ? "without" : "")}
            />
          )}
          {way === "mail_server" && (
            <Checkbox
              label="Encrypt the line (STARTTLS)"
              description="Only a mail server on this very machine may do without. Port 465 is encrypted from the first byte."
              checked={!typed.open}
              error={acts.problem?.of("starttls")}
              onChange={(event) => set("open", event.currentTarget.checked ? "" : "open")}
            />
          )}
          {!again && (
            <TextInput
              label="Name"
              description="As people here are to know it; left empty: as the channel calls it"
              value={typed.name ?? ""}
              error={acts.problem?.of("name")}
              onChange={(event) => set("name", event.currentTarget.value)}
            />
          )}
          <Wrong problem={acts.problem} />
          <div className="row">
            <span className="space" />
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="filled" loading={acts.busy !== null} disabled={lacking}>
              {way === "sign_in" ? `Sign in at ${provider.label}` : again?.state === "connected" ? "Change" : "Connect"}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

/** What the provider will ask the person to agree to. */
function Scopes({ provider, kind }: { provider: Provider; kind: string }) {
  const wanted = provider.scopes[kind] ?? Object.values(provider.scopes)[0] ?? [];
  return <p className="quiet" style={{ margin: 0, overflowWrap: "anywhere" }}>{`It asks for: ${wanted.join(", ")}`}</p>;
}
