/** A choice with its reasons: each option says what it does, and one that cannot be had says why. */
import { Menu } from "@mantine/core";
import styles from "./ChatComposer.module.css";

export type Option = { id: string; name: string; says: string; whyNot?: string | null };

type Props = { label: string; options: Option[]; picked: string; pick: (id: string) => void };

export function ChatPicker({ label, options, picked, pick }: Props) {
  const now = options.find((option) => option.id === picked) ?? options[0];
  return (
    <Menu position="top-start" shadow="md" width={340}>
      <Menu.Target>
        <button type="button" className={styles.pick}>
          <span>{label}</span> {now?.name ?? "–"}
        </button>
      </Menu.Target>
      <Menu.Dropdown className={styles.options} aria-label={label}>
        <Menu.RadioGroup value={now?.id ?? ""} onChange={pick}>
          {options.map((option) => (
            <Menu.RadioItem key={option.id} value={option.id} disabled={!!option.whyNot} closeMenuOnClick>
              {option.name}
              <small className={styles.says}>{option.whyNot || option.says}</small>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
