/** What was looked at: in order, missing, ending soon or failed, and how to mend it. */
import type { Schemas } from "../../api/client";
import { Glyph, type Look } from "../../parts/Status";
import styles from "../Settings.module.css";

type Finding = Schemas["Finding"];

const LOOKS: Record<Finding["state"], [Look, string]> = {
  ok: ["done", "In order"],
  missing: ["waiting", "Not set up"],
  expires: ["you", "Ends soon"],
  failed: ["failed", "Failed"],
};

export function Findings({ items, strip = "" }: { items: Finding[]; strip?: string }) {
  return (
    <ul className={styles.findings}>
      {items.map((one, place) => {
        const [look, word] = LOOKS[one.state];
        const name = one.name.replace(strip, "");
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two findings may have one name
          <li key={place}>
            <span role="img" aria-label={word} title={word}>
              <Glyph look={look} />
            </span>
            <b>{name.charAt(0).toUpperCase() + name.slice(1)}</b>
            <span>
              {one.detail}
              {one.mend && <em>{one.mend}</em>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
