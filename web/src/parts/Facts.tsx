/** Names and values, one a line; what has no value is left out. `right` sets values as figures of a ledger. */
import { Fragment, type ReactNode } from "react";
import styles from "./Facts.module.css";

type Props = { rows: (readonly [string, ReactNode] | false | null | undefined)[]; right?: boolean };

export function Facts({ rows, right = false }: Props) {
  return (
    <dl className={`${styles.facts} ${right ? styles.right : ""}`}>
      {rows.map((row) => {
        if (!row || row[1] === null || row[1] === undefined || row[1] === false || row[1] === "") return null;
        return (
          <Fragment key={row[0]}>
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </Fragment>
        );
      })}
    </dl>
  );
}
