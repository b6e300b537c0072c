/** Which models and channels can be used, what the others lack, and for an admin how each is reached. */
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/me";
import { system, taggedConnections } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { type Connection, ConnectionForm, type Field } from "./ConnectionForm";
import { Findings } from "./Findings";
import { Routing } from "./Routing";

const MODELS: Field[] = [
  {
    name: "model",
    label: "Models, best first",
    help: "PROVIDER:NAME with commas between. Which of them begins, and how well each did, stands above. The built-in one, which needs no key, always ends the chain.",
    placeholder: "openai:gpt-5-mini, ollama:qwen3",
  },
  {
    name: "model_prices",
    label: "Prices of your own",
    help: "PROVIDER:NAME=IN/OUT with commas between, in US dollars for a million tokens. They beat the published ones.",
    placeholder: "openai-compatible:my-model=0.20/0.80",
    long: true,
  },
  { name: "openai_api_key", label: "Key for OpenAI", secret: true },
  { name: "anthropic_api_key", label: "Key for Anthropic", secret: true },
  { name: "google_api_key", label: "Key for Google", secret: true },
  { name: "ollama_base_url", label: "Address of an Ollama server", placeholder: "http://127.0.0.1:11434/v1" },
  {
    name: "compatible_base_url",
    label: "Address of an OpenAI-compatible server",
    placeholder: "https://models.example.org/v1",
  },
  { name: "compatible_api_key", label: "Key for that server", help: "If it wants one.", secret: true },
];

const TUNING: Field[] = [
  { name: "together_api_key", label: "Key for Together", secret: true },
  { name: "vertex_project", label: "Google Cloud: project", help: "Gemini is tuned there, through Vertex." },
  { name: "vertex_location", label: "Google Cloud: region", placeholder: "us-central1" },
  { name: "vertex_bucket", label: "Google Cloud: bucket", help: "The lines are put there." },
  {
    name: "vertex_service_account",
    label: "Google Cloud: key of a service account",
    help: "The JSON as it was downloaded. Without one, the credentials that this machine has.",
    secret: true,
  },
  { name: "bedrock_region", label: "AWS: region", help: "Claude, Nova and Llama are tuned there, on Bedrock." },
  { name: "bedrock_bucket", label: "AWS: bucket", help: "The lines are put there." },
  {
    name: "bedrock_role_arn",
    label: "AWS: role",
    help: "With which Bedrock reads and writes in the bucket.",
    placeholder: "arn:aws:iam::123456789012:role/tuning",
  },
  {
    name: "bedrock_access_key_id",
    label: "AWS: access key",
    help: "Without one, the credentials that this machine has.",
  },
  { name: "bedrock_secret_access_key", label: "AWS: secret of the access key", secret: true },
];

const MAIL: Field[] = [
  { name: "smtp_host", label: "Mail server", placeholder: "smtp.example.org" },
  {
    name: "smtp_port",
    label: "Port",
    help: "587, or 465 for a line that is encrypted from its first byte.",
    kind: "port",
  },
  { name: "smtp_starttls", label: "Encrypt the line before signing in (STARTTLS)", kind: "switch" },
  { name: "smtp_username", label: "User" },
  { name: "smtp_password", label: "Password", secret: true },
  { name: "email_from", label: "Sender", placeholder: "Corner Bakery <news@example.org>" },
  {
    name: "email_recipients",
    label: "Recipients",
    help: "Commas between. Each gets a message of their own.",
    placeholder: "Ada <ada@example.org>, bo@example.org",
    long: true,
  },
  {
    name: "email_reply_to",
    label: "Answers and unsubscribe requests go to",
    help: "If not to the sender.",
    placeholder: "hello@example.org",
  },
];

export function Connections() {
  const admin = useMay("admin");
  const query = useQuery(system());
  return (
    <div className="stack">
      <Shown query={query}>
        {(found) => (
          <>
            <Panel title="Models" note="Where one fails the next one answers">
              <Findings items={found.models} strip="Model " />
            </Panel>
            <Routing />
            <Panel title="Channels" note="Without an account a text goes to the outbox folder, for you to post">
              <Findings items={found.channels} />
            </Panel>
          </>
        )}
      </Shown>
      {admin ? <Forms /> : <p className="quiet">An admin can change these.</p>}
    </div>
  );
}

function Forms() {
  const query = useQuery(taggedConnections());
  return (
    <Shown query={query}>
      {({ values, etag }) => (
        <>
          <ConnectionForm
            title="Reach models"
            note="Counts at once. Keys are tried when you save, kept encrypted and never shown again"
            fields={MODELS}
            part="models"
            values={values as Record<string, Connection>}
            etag={etag}
          />
          <ConnectionForm
            title="Tune models elsewhere"
            note="Keys are tried when you save. OpenAI takes the key above; none is needed to tune on this machine"
            fields={TUNING}
            values={values as Record<string, Connection>}
            etag={etag}
          />
          <ConnectionForm
            title="Send e-mail"
            note="Counts for what is sent from now on"
            fields={MAIL}
            part="mail"
            values={values as Record<string, Connection>}
            etag={etag}
          />
        </>
      )}
    </Shown>
  );
}
