/** When a text goes out: at once, at one of the usual times, or at any other; told in the reader's own time zone. */
import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { when } from "../../parts/words";
import { inputTime, usualTimes } from "./times";

type Props = { opened: boolean; at: string; keep: (at: string) => void; close: () => void };

export function Schedule({ opened, at, keep, close }: Props) {
  return (
    <Modal opened={opened} onClose={close} title="When should it be sent?">
      <Times at={at} keep={keep} close={close} />
    </Modal>
  );
}

function Times({ at, keep, close }: Omit<Props, "opened">) {
  const [time, setTime] = useState(at);
  const [passed, setPassed] = useState(false);
  const now = new Date();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const set = (next: string) => {
    setTime(next);
    setPassed(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (time && Date.parse(time) <= Date.now()) return setPassed(true);
    keep(time);
    close();
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <TextInput
        type="datetime-local"
        label="Time"
        description={`In your time zone, ${zone}. Empty sends at once.`}
        min={inputTime(now)}
        value={time}
        error={passed ? "This time has passed. Choose one that is to come." : undefined}
        onChange={(event) => set(event.currentTarget.value)}
        data-autofocus
      />
      <div className="row">
        {usualTimes(now).map((each) => (
          <Button key={each.toISOString()} onClick={() => set(inputTime(each))}>
            {when(each)}
          </Button>
        ))}
      </div>
      <div className="row">
        <span className="space" />
        <Button
          onClick={() => {
            keep("");
            close();
          }}
        >
          Send now
        </Button>
        <Button type="submit" variant="filled">
          Keep this time
        </Button>
      </div>
    </form>
  );
}
