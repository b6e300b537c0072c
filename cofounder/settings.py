"""Every environment variable once: typed, defaulted, documented. Environment beats the settings table.

Names are COFOUNDER_ plus the field in capitals, except the few that the world already knows
(DATABASE_URL, OPENAI_API_KEY, ...), which are listed as aliases.
"""

import re
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SCHEMA_NAME = r"^[a-z_][a-z0-9_]{0,62}$"
ORIGIN = r"^https?://[^/\s]+/?$"
REGION = r"^[a-z0-9-]+$"

_ENTRY = re.compile(r'(?:[^,;\n"]|"[^"]*")+')  # of a list; a quoted name may hold a comma
_ADDRESS = re.compile(
    r"""(?:(?P<name>"[^"\r\n]*"|[^<>",;@]*?)\s*<(?P<inner>[^<>\s]+)>|(?P<plain>[^<>\s]+))""", re.VERBOSE
)
_MAILBOX = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@"
    r"(?:localhost|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+)",
    re.ASCII | re.IGNORECASE,
)


_PRICE = re.compile(r"(?P<model>[a-z-]+:[^\s,=]+)=(?P<into>\d{1,6}(?:\.\d{1,6})?)/(?P<out>\d{1,6}(?:\.\d{1,6})?)")


@lru_cache
def own_prices(listed: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Model -> US dollars for a million tokens in and out. Raises ValueError naming what is no price."""
    found = {}
    for entry in filter(None, (part.strip() for part in listed.split(","))):
        price = _PRICE.fullmatch(entry)
        if price is None:
            raise ValueError(f"{entry!r} is no price. Write PROVIDER:NAME=IN/OUT, such as openai:gpt-5-mini=0.25/2")
        found[price["model"]] = Decimal(price["into"]), Decimal(price["out"])
    return found


_AGE = re.compile(r"(?P<number>[1-9]\d{0,4})\s*(?P<unit>min|h|d)")
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@lru_cache
def post_ages(listed: str) -> tuple[timedelta, ...]:
    """Ages of a post, commas between, the youngest first. Raises ValueError naming what is none."""
    found = set()
    for entry in (part.strip() for part in listed.split(",")):
        age = _AGE.fullmatch(entry)
        if age is None:
            raise ValueError(f"{entry!r} is no age. Write 30 min, 6h or 7d, commas between")
        found.add(int(age["number"]) * _UNITS[age["unit"]])
    if len(found) > 12 or min(found) < timedelta(minutes=15) or max(found) > timedelta(days=30):
        raise ValueError("at most twelve ages, from 15 minutes to 30 days")
    return tuple(sorted(found))


_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


@lru_cache
def own_sites(listed: str) -> tuple[str, ...]:
    """Hosts, commas or blanks between, in lower case and in ASCII; an address is taken for its host, without www.

    Raises ValueError naming what is none.
    """
    found = []
    for entry in filter(None, re.split(r"[\s,;]+", listed)):
        named = re.split(r"[/?#:]", re.sub(r"^https?://", "", entry, flags=re.IGNORECASE), maxsplit=1)[0]
        try:
            host = (named if named.isascii() else named.encode("idna").decode("ascii")).lower().removeprefix("www.")
        except UnicodeError:
            host = ""
        if not _HOST.fullmatch(host) or len(host) > 253:
            raise ValueError(f"{entry!r} is no site. Write acme.com, commas between")
        found.append(host)
    if len(found) > 20:
        raise ValueError("at most 20 sites")
    return tuple(dict.fromkeys(found))


def addresses(listed: str) -> list[tuple[str, str]]:
    """(name, address) of each e-mail address in a list, commas between. Raises ValueError naming what is none."""
    found = []
    for entry in (one.strip() for one in _ENTRY.findall(listed)):
        if not entry:
            continue
        parts = _ADDRESS.fullmatch(entry)
        address = (parts["inner"] or parts["plain"]) if parts else ""
        if parts is None or len(address) > 254 or not _MAILBOX.fullmatch(address):
            raise ValueError(f"{entry!r} is not an e-mail address: write name@example.org or Name <name@example.org>")
        found.append(((parts["name"] or "").strip().strip('"').strip(), address))
    return found


@lru_cache
def channel_places(listed: str) -> dict[str, str]:
    """Provider -> address, without a slash at its end. Raises ValueError naming what is none."""
    found = {}
    for entry in filter(None, (part.strip() for part in listed.split(","))):
        name, _, address = entry.partition("=")
        if name not in ("linkedin", "x", "facebook") or not re.fullmatch(r"https?://[^\s/@?#]+/*", address):
            raise ValueError(f"{entry!r} is no such address. Write linkedin=https://host, x=… or facebook=…")
        found[name] = address.rstrip("/")
    return found


class Settings(BaseSettings):
    # A variable that is empty counts as not set: an empty COFOUNDER_HOME would else be the folder one happens to stand in.
    model_config = SettingsConfigDict(
        env_prefix="COFOUNDER_", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    @field_validator("public_url")
    @classmethod
    def _as_browsers_say_it(cls, given: str | None) -> str | None:
        """An Origin is in lower case, without the scheme's own port and without a slash at its end."""
        if given is None:
            return None
        plain = given.rstrip("/").lower()
        return plain.removesuffix(":443" if plain.startswith("https:") else ":80")

    home: Path | None = Field(default=None, description="Folder that holds the database, the outbox and the keys.")
    database_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL", "COFOUNDER_DATABASE_URL"),
        description="A PostgreSQL 15 or newer to use instead of the embedded one: postgresql://user:password@host/name.",
    )
    database_schema: str = Field(
        default="cofounder",
        pattern=SCHEMA_NAME,
        description="Schema that holds our tables.",
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the server listens on.")
    public_url: str | None = Field(
        default=None,
        pattern=ORIGIN,
        description="Address at which people reach the server when a proxy stands before it: https://name.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto count, commas between.",
    )
    mcp: bool = Field(default=True, description="Let other assistants in over MCP at /mcp, with a key.")
    mcp_key: SecretStr | None = Field(
        default=None, description="Key for `cofounder mcp`; none: the local owner, who does not decide through it."
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    company: str = Field(default="", description="The company's name, as texts may use it.")

    model: str = Field(
        default="offline",
        description=(
            "Models to use, best first, separated by commas: offline, openai:NAME, anthropic:NAME, google:NAME, "
            "ollama:NAME or openai-compatible:NAME. The built-in offline model always ends the chain."
        ),
    )
    model_routing: Literal["auto", "in_turn"] = Field(
        default="auto",
        description=(
            "auto: of the models that are named, complexity and measured quality say which is asked first. in_turn: they "
            "are asked in the order in which they are named."
        ),
    )
    model_prices: str = Field(
        default="",
        description=(
            "Prices that beat the published ones, separated by commas: PROVIDER:NAME=IN/OUT, in US dollars for a million "
            "tokens. A server of one's own may have one too."
        ),
    )
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY"), description="Key for OpenAI models."
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("ANTHROPIC_API_KEY"), description="Key for Anthropic models."
    )
    google_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("GOOGLE_API_KEY"), description="Key for Google models."
    )
    anthropic_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("ANTHROPIC_BASE_URL"),
        description="Address to use in place of Anthropic's own.",
    )
    google_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("GOOGLE_GEMINI_BASE_URL"),
        description="Address to use in place of Google's own for the Gemini API.",
    )
    ollama_base_url: str = Field(
        default="http://127.0.0.1:11434/v1",
        validation_alias=AliasChoices("OLLAMA_BASE_URL"),
        description="Address of an Ollama server's OpenAI-compatible API.",
    )
    compatible_base_url: str | None = Field(default=None, description="Address of any OpenAI-compatible server.")
    compatible_api_key: SecretStr | None = Field(default=None, description="Key for that server, if it wants one.")
    openai_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("OPENAI_BASE_URL"),
        description="Address to use in place of OpenAI's own.",
    )
    together_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("TOGETHER_API_KEY"),
        description="Key for Together, which tunes models.",
    )
    together_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("TOGETHER_BASE_URL"),
        description="Address to use in place of Together's own.",
    )
    vertex_project: str | None = Field(
        default=None,
        validation_alias=AliasChoices("GOOGLE_CLOUD_PROJECT"),
        description="Project at Google Cloud in which Gemini is tuned.",
    )
    vertex_location: str = Field(
        default="us-central1",
        pattern=REGION,
        validation_alias=AliasChoices("GOOGLE_CLOUD_LOCATION"),
        description="Region in which Gemini is tuned.",
    )
    vertex_bucket: str | None = Field(
        default=None, description="Bucket at Google Cloud Storage for the lines that Gemini is tuned with."
    )
    vertex_service_account: SecretStr | None = Field(
        default=None,
        description="Key of a service account at Google Cloud, as JSON. None: the machine's default credentials.",
    )
    vertex_base_url: str | None = Field(
        default=None, description="Address to use in place of Google Cloud's own, for Vertex and for its storage."
    )
    bedrock_region: str | None = Field(
        default=None,
        pattern=REGION,
        validation_alias=AliasChoices("AWS_REGION", "AWS_DEFAULT_REGION"),
        description="Region of Amazon Bedrock in which Claude, Nova and Llama are tuned.",
    )
    bedrock_role_arn: str | None = Field(
        default=None, description="Role with which Bedrock reads the lines and writes what comes out: arn:aws:iam::…"
    )
    bedrock_bucket: str | None = Field(
        default=None, description="Bucket at Amazon S3 for the lines that a model is tuned with on Bedrock."
    )
    bedrock_access_key_id: str | None = Field(
        default=None, description="Access key at AWS. None: the credentials that the machine has."
    )
    bedrock_secret_access_key: SecretStr | None = Field(default=None, description="Secret of that access key.")
    bedrock_base_url: str | None = Field(
        default=None, description="Address to use in place of AWS's own, for Bedrock and for S3."
    )
    model_timeout_seconds: float = Field(default=60, gt=0, description="Longest a single model call may take.")

    embedder: str = Field(
        default="built-in",
        description=(
            "What finds earlier work by its meaning: built-in, which sends no text anywhere, or an embedder that Pydantic "
            "AI knows: openai:NAME, google:NAME, ollama:NAME, openai-compatible:NAME, cohere:NAME, voyageai:NAME, …"
        ),
    )

    quality_threshold: float = Field(default=0.85, ge=0, le=1, description="Score a variant needs to pass.")
    step_quality_threshold: float = Field(
        default=0.75, ge=0, le=1, description="Score an intermediate text needs, else its step is retried."
    )
    max_refinements: int = Field(default=3, ge=0, le=10, description="Rounds of refinement before a person decides.")
    judge_model: Literal["on", "off", "every_round"] = Field(
        default="on",
        description=(
            "on: where a model is set up, one judges each text that stands after refinement, beside the rules. "
            "every_round: each refined version too, and its word counts in the loop. off: the rules judge alone."
        ),
    )
    approval: bool = Field(
        default=True, description="Ask a person before publishing. Off: what passes is published as asked."
    )
    cost_limit_usd: Decimal = Field(
        default=Decimal("1.00"), ge=0, description="A plan whose estimate is above this asks for approval first."
    )
    daily_budget_usd: Decimal = Field(
        default=Decimal("20.00"),
        ge=0,
        description="When a day's spending would pass this, tasks are deferred to the next day.",
    )
    monthly_budget_usd: Decimal = Field(
        default=Decimal("300.00"), ge=0, description="No model is asked whose call could bring a month above this."
    )
    task_budget_usd: Decimal = Field(
        default=Decimal("5.00"), ge=0, description="No model is asked whose call could bring one task above this."
    )
    parallel_tasks: int = Field(
        default=8, ge=1, le=256, description="Tasks that one worker works on at once; those that wait do not count."
    )
    parallel_steps: int = Field(default=4, ge=1, le=64, description="Steps of one task that may run at once.")
    step_timeout_seconds: float = Field(
        default=120, gt=0, description="Longest a step may take, unless its plan says otherwise."
    )

    lease_seconds: float = Field(
        default=15, ge=0.5, le=3600, description="A worker that was not heard of for so long is dead; others take over."
    )
    drain_seconds: float = Field(
        default=2, ge=0, le=600, description="A worker told to stop lets steps under way come to their end for so long."
    )
    stalled_minutes: float = Field(
        default=15,
        gt=0,
        le=10_080,
        description="A running task that finished nothing for so long is reported and started again once.",
    )

    command_lease_seconds: float = Field(
        default=60, ge=0.5, le=3600, description="How long an agent may hold a command without a word."
    )
    command_retry_seconds: float = Field(
        default=5,
        gt=0,
        le=3600,
        description="Wait before a failed command is retried; each wait is four times the last.",
    )
    command_retention_days: float = Field(
        default=7, gt=0, le=3650, description="Finished commands stay so long in the lists, then they are archived."
    )

    trainer_python: Path | None = Field(
        default=None,
        description=(
            "Python that has what local tuning needs. None: the one of `make trainer` in a checkout, else the one that runs."
        ),
    )
    local_base_model: str | None = Field(
        default=None, description="Base model offered first for local tuning: a folder, or a name on the hub."
    )
    local_serving: Literal["auto", "ollama", "transformers"] = Field(
        default="auto",
        description=(
            "What serves models that were tuned here. auto: Ollama where it runs and takes the model, else transformers serve."
        ),
    )
    tuning_poll_seconds: float = Field(
        default=15, gt=0, le=3_600, description="Seconds between two looks at a fine-tuning job of a provider."
    )

    learning_hours: float = Field(
        default=6, ge=0, le=8_760, description="Hours between two searches for patterns; 0: only when somebody asks."
    )

    persona_mode: Literal["watch", "propose", "autonomous"] = Field(
        default="autonomous", description="New weights of voices: only told, proposed to a person, or used at once."
    )
    persona_policy: str = Field(
        default="default",
        max_length=100,
        description="How voices are drawn: default, fixed, blueprint, log_thompson, contextual_log_thompson, blended or one "
        "that is installed.",
    )
    persona_hours: float = Field(
        default=6, ge=0, le=8_760, description="Hours between two looks at the voices; 0: only when somebody asks."
    )

    import_max_bytes: int = Field(
        default=4_000_000_000, ge=1, description="Largest file that may be handed over for an import."
    )

    artifacts: str | None = Field(
        default=None,
        description="Where files of datasets are kept: a folder, or s3://bucket/folder and the like. None: in the home.",
    )

    smtp_host: str | None = Field(default=None, description="Mail server. None: e-mail goes to the outbox.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Mail server's port.")
    smtp_username: str | None = Field(default=None, description="User at the mail server.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    smtp_starttls: bool = Field(
        default=True, description="Encrypt the connection before signing in. Only a loopback server may do without."
    )
    email_from: str | None = Field(default=None, description="Sender of e-mail: Name <address>.")
    email_recipients: str = Field(default="", description="Recipients of e-mail publications, separated by commas.")
    email_reply_to: str | None = Field(default=None, description="Where unsubscribe requests go, as mailto.")
    channel_addresses: str = Field(
        default="",
        description=(
            "Addresses to use in place of the providers' own, commas between: linkedin=https://…, x=https://…, "
            "facebook=https://…"
        ),
    )
    private_hosts: str = Field(
        default="",
        description=(
            "Hosts in your own network at which a WordPress, a Ghost or a webhook may lie, commas between: HOST or "
            "HOST:PORT. At these also without https."
        ),
    )
    schedule_apart_minutes: int = Field(
        default=60, ge=0, le=10_080, description="The calendar tells of two posts by one account that are nearer."
    )
    schedule_repeat_days: int = Field(
        default=30,
        ge=0,
        le=366,
        description="The calendar tells of the same text on a channel again within so many days.",
    )
    publish_retries: int = Field(
        default=8, ge=0, le=50, description="Further attempts at a publication that surely was not sent."
    )
    publish_retry_seconds: float = Field(
        default=5, gt=0, le=3600, description="Wait before the first of them; each wait is four times the one before."
    )

    @field_validator("channel_addresses")
    @classmethod
    def _holds_places(cls, given: str) -> str:
        channel_places(given)
        return given

    tag_links: bool = Field(
        default=True,
        description="Tag links to the company's own sites (utm_source, utm_medium, utm_campaign, utm_content).",
    )
    own_sites: str = Field(
        default="",
        max_length=500,
        description=(
            "The company's own sites, commas between: acme.com. Each stands for all below it too. None: those of the "
            "connected blogs."
        ),
    )
    measure_ages: str = Field(
        default="1h, 6h, 24h, 72h, 7d",
        max_length=200,
        description="Ages at which published posts are read, commas between: 30 min, 6h, 7d.",
    )

    @field_validator("own_sites")
    @classmethod
    def _holds_sites(cls, given: str) -> str:
        own_sites(given)
        return given

    @field_validator("measure_ages")
    @classmethod
    def _holds_ages(cls, given: str) -> str:
        post_ages(given)
        return given

    @field_validator("model_prices")
    @classmethod
    def _holds_prices(cls, given: str) -> str:
        own_prices(given)
        return given

    @field_validator("email_from", "email_reply_to", "email_recipients")
    @classmethod
    def _holds_addresses(cls, given: str | None) -> str | None:
        if given:
            addresses(given)
        return given


@lru_cache
def settings() -> Settings:
    """The process's settings, read once. Tests clear the cache: settings.cache_clear()."""
    return Settings()
