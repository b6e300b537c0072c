/** A text as its channel shows it: type, fold, cards of a thread, subject and preheader, length as the channel counts. */
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { Glyph } from "../../parts/Status";
import { channelName, visible, whole } from "../../parts/words";
import type { Image } from "./images";
import styles from "./Preview.module.css";

export type Variant = Schemas["VariantOut"];
/** What is shown: the variant as it stands, or with a change that was tried. */
export type Showing = Pick<Variant, "content" | "length" | "limit" | "parts" | "html" | "format">;

const FOLD: Record<string, number> = { linkedin: 210, facebook: 477 };

type Props = {
  name: string;
  variant: Variant;
  showing: Showing;
  company: string;
  chosen?: boolean;
  choose?: (on: boolean) => void;
  place: number;
  /** When it was published or is to be, in words, as its channel has a time there. */
  time: string;
};

export function Preview({ name, variant, showing, company, chosen, choose, place, time }: Props) {
  const share = showing.limit ? Math.min(showing.length / showing.limit, 1) : 0;
  const long = showing.limit != null && showing.length > showing.limit;
  return (
    <section className={styles.card} aria-label={channelName(name)} data-off={chosen === false || undefined}>
      <header className={styles.head}>
        {choose && (
          <input
            type="checkbox"
            checked={chosen}
            onChange={(event) => choose(event.currentTarget.checked)}
            aria-label={`Publish on ${channelName(name)} (${place})`}
          />
        )}
        <b>{channelName(name)}</b>
        <span className={`quiet ${styles.account}`}>
          {variant.delivery.account === "outbox" ? "to the outbox folder" : variant.delivery.account}
        </span>
        <span className="space" />
        <span className={long ? styles.long : "quiet"}>
          <b>{whole(showing.length)}</b>
          {showing.limit ? ` of ${whole(showing.limit)}` : ""} {variant.channel === "x" ? "weighted" : "characters"}
        </span>
      </header>
      <div className={styles.meter} aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} data-long={long || undefined} />
      </div>
      <div className={styles.body}>{shown(variant, showing, company, time)}</div>
      {variant.image_problems?.map((told) => (
        <p key={told} className={styles.problem}>
          <Glyph look="failed" /> {told}
        </p>
      ))}
      {variant.delivery.note && <p className={`quiet ${styles.note}`}>{variant.delivery.note}</p>}
    </section>
  );
}

function shown(variant: Variant, showing: Showing, company: string, time: string): ReactNode {
  const images = variant.images ?? [];
  if (variant.channel === "email") return <Email variant={variant} text={showing.content} company={company} />;
  if (variant.channel === "blog")
    return (
      <>
        <Pictures images={images.slice(0, 1)} />
        <Blog variant={variant} showing={showing} />
        <Pictures images={images.slice(1)} stacked />
      </>
    );
  const posts = showing.parts?.length ? showing.parts : [showing.content];
  return posts.map((text, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a thread keep their place
    <div key={at} className={at > 0 ? styles.next : undefined}>
      <Who
        company={company}
        round={variant.channel !== "linkedin"}
        note={posts.length > 1 ? `${at + 1} of ${posts.length}` : time}
      />
      <Folded text={text} fold={FOLD[variant.channel]} channel={channelName(variant.channel)} />
      {at === 0 && <Pictures images={images} round={variant.channel === "x"} />}
    </div>
  ));
}

/** Images as a post shows them, side by side from the second on unless stacked, each with its alt text in words. */
export function Pictures({ images, round, stacked }: { images: Image[]; round?: boolean; stacked?: boolean }) {
  if (images.length === 0) return null;
  return (
    <ul
      className={styles.pictures}
      data-many={(images.length > 1 && !stacked) || undefined}
      data-round={round || undefined}
    >
      {images.map((one) => (
        <li key={one.image}>
          <img src={one.url} alt={one.alt} width={one.width} height={one.height} loading="lazy" />
          <p>
            <span className={styles.slot}>Alt</span> {visible(one.alt)}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Who({ company, round, note }: { company: string; round: boolean; note: string }) {
  return (
    <div className={styles.who}>
      <span className={styles.logo} data-round={round || undefined} aria-hidden="true">
        {company.slice(0, 1) || "C"}
      </span>
      <span>
        <b>{company || "Your company"}</b>
        <small>{note}</small>
      </span>
    </div>
  );
}

/** The text with hashtags and links in ink, and a line where the channel folds it. */
function Folded({ text, fold, channel }: { text: string; fold?: number; channel: string }) {
  const at = fold && text.length > fold ? Math.max(text.lastIndexOf("\n", fold), text.lastIndexOf(" ", fold)) : -1;
  if (at <= 0) return <p className={styles.text}>{linked(text)}</p>;
  return (
    <>
      <p className={styles.text}>{linked(text.slice(0, at))}</p>
      <p className={styles.fold}>{channel} folds here, “see more”</p>
      <p className={styles.text}>{linked(text.slice(at).trimStart())}</p>
    </>
  );
}

function linked(text: string): ReactNode[] {
  return visible(text)
    .split(/(#[\p{L}\p{N}_]+|https?:\/\/\S+)/u)
    .map((part, at) =>
      at % 2 ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: words keep their place
        <span key={at} className={styles.link}>
          {part}
        </span>
      ) : (
        part
      ),
    );
}

/** The From line; of a sender that is offered no more the address, which is its account's name. */
const sentAs = ({ sent_as, account }: Variant["delivery"]) =>
  sent_as?.[account] ?? (account.includes("@") ? account : undefined);

function Email({ variant, text, company }: { variant: Variant; text: string; company: string }) {
  return (
    <>
      <dl className={styles.mail}>
        <dt>From</dt>
        <dd>{sentAs(variant.delivery) ?? (company || "Your company")}</dd>
        <dt>Subject</dt>
        <dd>
          <b>{variant.subject ?? "–"}</b>
        </dd>
        <dt>Preview</dt>
        <dd>{variant.preheader ?? "–"}</dd>
      </dl>
      <Pictures images={variant.images ?? []} stacked />
      <p className={styles.text}>
        {visible(text)
          .split(/(\{\{\w+\}\})/)
          .map((part, at) =>
            at % 2 ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: words keep their place
              <span key={at} className={styles.slot}>
                {part.slice(2, -2)}
              </span>
            ) : (
              part
            ),
          )}
      </p>
    </>
  );
}

/** The blog's HTML in a frame that may run nothing and reach nothing. */
function Blog({ variant, showing }: { variant: Variant; showing: Showing }) {
  if (!showing.html) return <p className={styles.text}>{showing.content}</p>;
  const look =
    "<style>body{font:15px/1.6 Georgia,serif;color:#15201a;background:#fff;margin:12px;overflow-wrap:anywhere}</style>";
  return (
    <iframe className={styles.frame} sandbox="" title={variant.title ?? "Blog article"} srcDoc={look + showing.html} />
  );
}
