/** Connects an account in plain steps: where to get what is asked for, then one form for the way that was chosen. */
import { Button, Modal, PasswordInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { Once } from "../../pages/settings/Once";
import { Wrong } from "./Channels";
import styles from "./Channels.module.css";
import { type Account, type Channel, type Provider, STEPS, useChannelActs, WAYS, type Way } from "./channels";
import { Copy } from "./Publication";

type Props = { channel: Channel; again?: Account; close: () => void };
type Typed = Record<string, string>;

const FIELDS: Record<
  Way,
  { name: string; label: string; secret?: boolean; date?: boolean; optional?: boolean; help?: string }[]
> = {
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
};

export function Connect({ channel, again, close }: Props) {
  const first = channel.providers.find((one) => one.provider === again?.provider) ?? channel.providers[0];
  const [provider, setProvider] = useState(first);
  const [way, setWay] = useState<Way>(first?.ways[0] ?? "sign_in");
  const [kind, setKind] = useState(again?.kind ?? first?.kinds[0] ?? "");
  const [typed, setTyped] = useState<Typed>({});
  const [key, setKey] = useState<string>();
  const acts = useChannelActs();
  if (!provider) return null;
  const set = (name: string, value: string) => setTyped((before) => ({ ...before, [name]: value }));
  const choose = (named: string | null) => {
    const next = channel.providers.find((one) => one.provider === named);
    if (!next) return;
    setProvider(next);
    setWay(next.ways[0] ?? "sign_in");
    setKind(next.kinds[0] ?? "");
    acts.forget();
  };
  const fields = FIELDS[way].map((one) =>
    again && way === "sign_in" ? { ...one, optional: true, help: "Left empty: as before" } : one,
  );
  const lacking = fields.some((one) => !one.optional && !typed[one.name]?.trim());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (lacking) return;
    const said = Object.fromEntries(
      [...fields.map((one) => one.name), "name"].map((name) => [name, typed[name]?.trim() || undefined]),
    );
    const { ends, ...rest } = said;
    const body = {
      ...rest,
      ...(ends ? { expires_at: `${ends}T00:00:00Z` } : {}),
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
  const title = again ? `Connect ${again.name} again` : `Connect ${channel.label}`;
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
              {way === "sign_in" ? `Sign in at ${provider.label}` : "Connect"}
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
