/** When a text goes out: at once, at one of the usual times, or at any other; told in the reader's own time zone. */
import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { channelName, when } from "../../parts/words";
import { inputTime, usualTimes } from "./times";
import { offered } from "./WhenBest";

type Props = {
  opened: boolean;
  at: string;
  keep: (at: string) => void;
  close: () => void;
  /** Channel -> when posts did better there. */
  best?: Record<string, Schemas["SuggestedTime"]>;
};

export function Schedule({ opened, at, keep, close, best }: Props) {
  return (
    <Modal opened={opened} onClose={close} title="When should it be sent?">
      <Times at={at} keep={keep} close={close} best={best} />
    </Modal>
  );
}

function Times({ at, keep, close, best }: Omit<Props, "opened">) {
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
      {offered(best, now.getTime()).map(([name, time]) => (
        <div key={name} className="row">
          <Button onClick={() => set(inputTime(new Date(time)))}>{when(time)}</Button>
          <span className="quiet">{`when posts did better on ${channelName(name)}`}</span>
        </div>
      ))}
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
