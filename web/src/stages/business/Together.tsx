/** Which of the company's figures go together, with n, what it is worth, interval and q. */
import { useQuery } from "@tanstack/react-query";
import { businessCorrelations } from "../../api/queries";
import { chance, score, spoken, whole } from "../../parts/words";
import styles from "./Business.module.css";
import { Charted } from "./Charted";
import { thin } from "./figures";

const FIRST = 6;
const HEAD = ["One", "Other", "Over", "Correlation", "From", "To", "n", "Worth", "By ranks", "p", "q", "Status"];

export function Together() {
  const query = useQuery(businessCorrelations());
  const pairs = query.data?.correlations ?? [];
  const tested = pairs.filter((one) => one.pearson != null);
  return (
    <Charted
      title="What goes together"
      unit={`Pearson, 95% intervals; q corrects for all ${whole(query.data?.tested ?? 0)} pairs`}
      file="correlations"
      head={HEAD}
      rows={pairs.map((one) => [
        one.first,
        one.second,
        one.over,
        one.pearson,
        one.low,
        one.high,
        one.n,
        one.effective_n,
        one.spearman,
        one.p,
        one.q,
        one.status,
      ])}
      shown={(value, column) =>
        value == null
          ? "–"
          : typeof value !== "number"
            ? column < 2
              ? spoken(String(value))
              : value
            : column === 6
              ? whole(value)
              : column === 7
                ? score(value, 1)
                : column > 8
                  ? chance(value)
                  : score(value)
      }
      empty={
        query.isPending
          ? "One moment."
          : `${thin(query.data?.posts ?? 0, 8)} measured posts and ${whole(query.data?.months ?? 0)} months of figures.`
      }
    >
      {tested.length === 0 ? (
        <p className={styles.under}>
          {`Not enough data: none of ${whole(pairs.length)} pairs of figures has 8 independent months or posts in common.`}
        </p>
      ) : (
        <ul className={styles.odd}>
          {tested.slice(0, FIRST).map((one) => (
            <li key={`${one.over} ${one.first} ${one.second}`}>{one.sentence}</li>
          ))}
        </ul>
      )}
      <p className={styles.under}>
        {tested.length > FIRST && <span>{`The ${FIRST} clearest of ${whole(tested.length)}; the table has all.`}</span>}
        <span>{(query.data?.notes ?? []).join(" ")}</span>
      </p>
    </Charted>
  );
}
