/**
 * The text of an answer: paragraphs, lists, tables, emphasis, code and links. What is written as HTML is shown as text,
 * pictures are named and never fetched, and a link leads to http or https or is no link.
 */
import { type MarkedToken, marked, type Token, type Tokens } from "marked";
import { memo, type ReactNode } from "react";
import styles from "./ChatText.module.css";

/** Each block is drawn anew only when its own words changed: a long answer grows without a stutter. */
export function ChatText({ text }: { text: string }) {
  return (
    <div className={styles.text}>
      {marked.lexer(text).map((token, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks keep their place while the text grows
        <Block key={at} raw={token.raw} token={token as MarkedToken} />
      ))}
    </div>
  );
}

const Block = memo(
  function Block({ token }: { raw: string; token: MarkedToken }) {
    return block(token);
  },
  (before, after) => before.raw === after.raw,
);

function block(token: MarkedToken): ReactNode {
  switch (token.type) {
    case "paragraph":
      return <p>{words(token.tokens)}</p>;
    case "heading":
      return <p className={styles.heading}>{words(token.tokens)}</p>;
    case "list":
      return listed(token);
    case "table":
      return <Table table={token} />;
    case "code":
      return (
        <pre className={styles.code}>
          <code>{token.text}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{blocks(token.tokens)}</blockquote>;
    case "hr":
      return <hr />;
    case "space":
    case "def":
      return null;
    case "text":
      return token.tokens ? words(token.tokens) : token.text;
    default:
      return <p>{token.raw}</p>;
  }
}

const blocks = (tokens: Token[] | undefined): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: blocks keep their place
  tokens?.map((token, at) => <Block key={at} raw={token.raw} token={token as MarkedToken} />);

function listed(list: Tokens.List): ReactNode {
  const items = list.items.map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items keep their place
    <li key={at}>{blocks(item.tokens)}</li>
  ));
  return list.ordered ? <ol start={list.start === "" ? 1 : list.start}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ table }: { table: Tokens.Table }) {
  const side = (at: number) => (table.align[at] === "right" ? "right" : undefined);
  return (
    <div className={styles.wide}>
      <table className="ledger">
        <thead>
          <tr>
            {table.header.map((cell, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their place
              <th key={at} className={side(at)}>
                {words(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows keep their place
            <tr key={line}>
              {row.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their place
                <td key={at} className={side(at)}>
                  {words(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function words(tokens: Token[] | undefined): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: words keep their place
  return tokens?.map((token, at) => <Word key={at} token={token as MarkedToken} />);
}

function Word({ token }: { token: MarkedToken }): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{words(token.tokens)}</strong>;
    case "em":
      return <em>{words(token.tokens)}</em>;
    case "del":
      return <del>{words(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return outward(token.href) ? (
        <a href={token.href} target="_blank" rel="noopener noreferrer">
          {words(token.tokens)}
        </a>
      ) : (
        token.raw
      );
    case "image":
      return token.text;
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? words(token.tokens) : token.text;
    default:
      return token.raw; // HTML, and whatever else there may be: as it was written
  }
}

/** Whether this address may be followed: http and https only. */
export function outward(address: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}
