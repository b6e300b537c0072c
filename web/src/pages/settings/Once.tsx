/** A secret that is shown once: to copy now, gone when it is put away. */
import { Button } from "@mantine/core";
import { Copy } from "../../stages/publish/Publication";
import styles from "../Settings.module.css";

export function Once({ title, secret, note, done }: { title: string; secret: string; note: string; done: () => void }) {
  return (
    <div className={styles.secret} role="status">
      <p>
        <b>{title}</b> {note}
      </p>
      <code>{secret}</code>
      <div className="row">
        <Copy value={secret} />
        <Button onClick={done}>I have it</Button>
      </div>
    </div>
  );
}
