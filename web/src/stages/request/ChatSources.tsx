/** What an answer rests on: each tool that was asked, what it was asked for, and the rows that were used. */
import { Link } from "@tanstack/react-router";
import { counted, spoken } from "../../parts/words";
import { placeOf } from "../../shell/places";
import styles from "./ChatAnswer.module.css";
import { outward } from "./ChatText";
import type { Source } from "./ChatTypes";

type Value = Source["rows"][number][string];

const MOST_COLUMNS = 12;

export function ChatSources({ sources }: { sources: Source[] }) {
  return (
    <ol className={styles.sources}>
      {sources.map((source, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sources keep their place
        <li key={place}>
          <p className={styles.source}>
            <b>{source.title}</b> <span className="mono">{source.tool}</span>
            <Asked given={source.arguments} />
            <span className="space" />
            <Where link={source.link} />
          </p>
          {source.rows.length > 0 ? <Rows rows={source.rows} /> : <p className="quiet">It gave no rows.</p>}
        </li>
      ))}
    </ol>
  );
}

function Asked({ given }: { given: Source["arguments"] }) {
  const said = Object.entries(given).filter(([, value]) => value !== null && value !== "");
  if (said.length === 0) return null;
  return (
    <span className="quiet">
      {said.map(([name, value]) => `${spoken(name).toLowerCase()} ${plain(value)}`).join(", ")}
    </span>
  );
}

function Where({ link }: { link?: string | null }) {
  if (!link) return null;
  if (outward(link)) return <Outward href={link}>Open</Outward>;
  const place = placeOf(link);
  return place ? <Link to={link}>{place.name}</Link> : null; // only where the page has such a place
}

const Outward = ({ href, children }: { href: string; children: string }) => (
  <a href={href} target="_blank" rel="noopener noreferrer">
    {children}
  </a>
);

function Cell({ value }: { value: Value }) {
  return typeof value === "string" && outward(value) ? <Outward href={value}>{plain(value)}</Outward> : plain(value);
}

function Rows({ rows }: { rows: Source["rows"] }) {
  const names = inOrder(rows);
  const shown = names.slice(0, MOST_COLUMNS);
  const right = (name: string) =>
    rows.every((row) => row[name] == null || typeof row[name] === "number") ? "right" : undefined;
  return (
    <>
      <div className={styles.rows}>
        <table className="ledger">
          <thead>
            <tr>
              {shown.map((name) => (
                <th key={name} className={right(name)}>
                  {spoken(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, line) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows keep their place
              <tr key={line}>
                {shown.map((name) => (
                  <td key={name} className={right(name)} title={long(row[name])}>
                    <Cell value={row[name]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.count}>
        {counted(rows.length, "row")} used
        {names.length > shown.length &&
          `; not shown: ${names.slice(MOST_COLUMNS).map(spoken).join(", ").toLowerCase()}`}
      </p>
    </>
  );
}

const FIRST = [
  "month",
  "period",
  "quarter",
  "date",
  "day",
  "label",
  "title",
  "name",
  "topic",
  "metric",
  "channel",
  "platform",
];

/** The columns of these rows: what names a row, then words, then figures, then addresses and what is nested. */
export function inOrder(rows: Source["rows"]): string[] {
  const rank = (name: string) => {
    if (FIRST.includes(name)) return FIRST.indexOf(name) - FIRST.length;
    const value = rows.map((row) => row[name]).find((each) => each != null);
    if (typeof value === "string" && outward(value)) return 8;
    return ["string", "undefined", "boolean", "number"].indexOf(typeof value) + (typeof value === "object" ? 9 : 0);
  };
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  // the number as a person reads it stands for the bare one
  const named = all.includes("shown") ? all.filter((name) => name !== "value") : all;
  return named.sort((one, other) => rank(one) - rank(other));
}

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 4 });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const MOST_LETTERS = 90;

/** A value of a row as a person reads it; "–" for none. */
export function plain(value: Value): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return number.format(value).replace("-", "−");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|\+00:00)?)?$/.test(value))
    return day.format(new Date(value));
  if (Array.isArray(value)) return value.map((each) => plain(each as Value)).join(", ") || "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}

const long = (value: Value) => (typeof value === "string" && value.length > MOST_LETTERS ? value : undefined);
