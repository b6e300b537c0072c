/** The wishes beside a request: where it goes, how it sounds, with which figures, when, and whether the plan is shown. */
import { MultiSelect, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { personas } from "../../api/queries";
import { channelName } from "../../parts/words";
import { inputTime } from "../approve/times";
import styles from "./NewTask.module.css";
import type { Wishes } from "./wishes";

const CHANNELS = ["linkedin", "x", "facebook", "email", "blog", "webhook", "outbox"];

type Props = {
  wishes: Wishes;
  wish: (next: Partial<Wishes>) => void;
  errorOf: (field: string) => string | undefined;
};

export function NewTaskWishes({ wishes, wish, errorOf }: Props) {
  const voices = useQuery(personas()).data?.items ?? [];
  return (
    <div className={styles.wishes}>
      <MultiSelect
        label="Channels"
        placeholder={wishes.channels.length ? undefined : "As the request says"}
        data={CHANNELS.map((value) => ({ value, label: channelName(value) }))}
        value={wishes.channels}
        onChange={(channels) => wish({ channels })}
        error={errorOf("channels")}
        clearable
      />
      <TextInput
        label="Tone"
        placeholder="As the request says"
        maxLength={200}
        value={wishes.tone}
        onChange={(event) => wish({ tone: event.currentTarget.value })}
        error={errorOf("tone")}
      />
      <Select
        label="Voice"
        placeholder="Drawn by what works"
        data={voices.map((voice) => ({ value: voice.name, label: voice.name }))}
        value={wishes.persona || null}
        onChange={(persona) => wish({ persona: persona ?? "" })}
        error={errorOf("persona")}
        clearable
        searchable
      />
      <TextInput
        label="Language"
        placeholder="en"
        maxLength={200}
        value={wishes.language}
        onChange={(event) => wish({ language: event.currentTarget.value })}
        error={errorOf("language")}
      />
      <Textarea
        className={styles.whole}
        label="Figures to use"
        description="One a line. They win over what is stored, and are then the only ones in the text."
        placeholder={"revenue_monthly = 150,000\nconversion_rate = 4.5%"}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={10_000}
        spellCheck={false}
        value={wishes.figures}
        onChange={(event) => wish({ figures: event.currentTarget.value })}
        error={errorOf("figures")}
      />
      <TextInput
        type="datetime-local"
        label="Not before"
        description="Empty: at once."
        min={inputTime(new Date())}
        value={wishes.after}
        onChange={(event) => wish({ after: event.currentTarget.value })}
        error={errorOf("not_before")}
      />
      <Switch
        className={styles.low}
        label="Show me the plan first"
        description="It stops before it runs, and you may change it."
        checked={wishes.review}
        onChange={(event) => wish({ review: event.currentTarget.checked })}
      />
    </div>
  );
}
