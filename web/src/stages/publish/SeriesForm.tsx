/** A new series, or a change to one: what is asked, where, when, and how long before. */
import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Textarea,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { capital, channelName, counted } from "../../parts/words";
import styles from "./Content.module.css";
import { type Series, useSeriesActs } from "./planned";
import { bodyOf, changed, type Form, formOf, fresh, LEADS, WEEKDAYS, zones } from "./recurring";
import { Said } from "./Settle";

const CHANNELS = ["linkedin", "x", "facebook", "email", "blog"];
const KNOWN = ["name", "request", "channels", "weekdays", "month_day", "at", "zone", "ends_on", "count"];
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function SeriesForm({ of, close }: { of?: Series & { etag: string | null }; close: () => void }) {
  const [read] = useState(of?.etag ?? null); // of what is being changed, whatever comes later
  const [form, setForm] = useState<Form>(() => (of ? formOf(of) : fresh(own)));
  const { busy, problem, create, change } = useSeriesActs();
  const set = (next: Partial<Form>) => setForm((before) => ({ ...before, ...next }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = of ? await change(of.id, changed(of, form), read) : await create(bodyOf(form));
    if (!made) return;
    notifications.show({ message: of ? "It counts from now on." : `${made.name} is set.`, role: "status" });
    close();
  };
  return (
    <Modal opened onClose={close} title={of ? `Change ${of.name}` : "New series"} size="lg">
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          label="Name"
          value={form.name}
          error={problem?.of("name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
          data-autofocus
        />
        <Textarea
          label="What to ask for each time"
          description="In plain words, as you would ask for one. Each text waits for approval before it goes out."
          autosize
          minRows={2}
          value={form.request}
          error={problem?.of("request")}
          onChange={(event) => set({ request: event.currentTarget.value })}
        />
        <Checkbox.Group
          label="Channels"
          value={form.channels}
          error={problem?.of("channels")}
          onChange={(channels) => set({ channels })}
        >
          <Group gap="md" mt={4}>
            {[...new Set([...CHANNELS, ...form.channels])].map((one) => (
              <Checkbox key={one} value={one} label={channelName(one)} />
            ))}
          </Group>
        </Checkbox.Group>
        <Often form={form} set={set} problem={problem} />
        <Ends form={form} set={set} problem={problem} />
        <Select
          label="Made ahead of its slot"
          description="So that whoever approves it has time."
          data={[...LEADS, ...odd(form.lead_minutes)].map(([value, label]) => ({ value: String(value), label }))}
          value={String(form.lead_minutes)}
          allowDeselect={false}
          onChange={(value) => set({ lead_minutes: Number(value) })}
        />
        <Select
          label="When its slot has passed"
          data={[
            { value: "keep", label: "A text that is not approved still waits" },
            { value: "expire", label: "A text that is not approved expires" },
          ]}
          value={form.late}
          allowDeselect={false}
          onChange={(value) => set({ late: value === "expire" ? "expire" : "keep" })}
        />
        <Said problem={problem} known={KNOWN} />
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Back</Button>
          <Button type="submit" variant="filled" loading={busy !== null}>
            {of ? "Keep the change" : "Begin the series"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

const odd = (minutes: number): [number, string][] =>
  LEADS.some(([one]) => one === minutes) ? [] : [[minutes, counted(minutes, "minute")]];

type Part = {
  form: Form;
  set: (next: Partial<Form>) => void;
  problem: { of: (field: string) => string | undefined } | null;
};

function Often({ form, set, problem }: Part) {
  const units = { day: "days", week: "weeks", month: "months" }[form.every];
  return (
    <>
      <div className={styles.beside}>
        <Select
          label="How often"
          data={[
            { value: "day", label: "Every day" },
            { value: "week", label: "Every week" },
            { value: "month", label: "Every month" },
          ]}
          value={form.every}
          allowDeselect={false}
          onChange={(value) => set({ every: value as Form["every"] })}
        />
        <NumberInput
          label={`Every so many ${units}`}
          min={1}
          max={52}
          allowDecimal={false}
          value={form.interval}
          onChange={(value) => set({ interval: Number(value) || 1 })}
        />
        {form.every === "month" && (
          <NumberInput
            label="On day"
            min={1}
            max={31}
            allowDecimal={false}
            value={form.month_day}
            error={problem?.of("month_day")}
            onChange={(value) => set({ month_day: Number(value) || 1 })}
          />
        )}
      </div>
      {form.every === "week" && (
        <Checkbox.Group
          label="On"
          value={form.weekdays}
          error={problem?.of("weekdays")}
          onChange={(weekdays) => set({ weekdays: WEEKDAYS.filter((day) => weekdays.includes(day)) })}
        >
          <Group gap="sm" mt={4}>
            {WEEKDAYS.map((day) => (
              <Checkbox key={day} value={day} label={capital(day.slice(0, 3))} aria-label={capital(day)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      <div className={styles.beside}>
        <TextInput
          label="At"
          type="time"
          value={form.at}
          error={problem?.of("at")}
          onChange={(event) => set({ at: event.currentTarget.value })}
        />
        <Select
          label="By the clocks of"
          description="A time that a clock change skips is as much later; of one that comes twice, the first."
          inputWrapperOrder={["label", "input", "description", "error"]}
          searchable
          limit={100}
          data={zones(form.zone)}
          value={form.zone}
          error={problem?.of("zone")}
          allowDeselect={false}
          onChange={(value) => value && set({ zone: value })}
        />
      </div>
    </>
  );
}

function Ends({ form, set, problem }: Part) {
  return (
    <div className={styles.beside}>
      <div>
        <div className={styles.label} id="series-ends">
          Ends
        </div>
        <SegmentedControl
          aria-labelledby="series-ends"
          data={[
            { value: "never", label: "Never" },
            { value: "on", label: "On a day" },
            { value: "after", label: "After so many" },
          ]}
          value={form.ends}
          onChange={(value) => set({ ends: value as Form["ends"] })}
        />
      </div>
      {form.ends === "on" && (
        <TextInput
          label="The last day"
          type="date"
          value={form.ends_on}
          error={problem?.of("ends_on")}
          onChange={(event) => set({ ends_on: event.currentTarget.value })}
        />
      )}
      {form.ends === "after" && (
        <NumberInput
          label="So many texts"
          min={1}
          max={10_000}
          allowDecimal={false}
          value={form.count}
          error={problem?.of("count")}
          onChange={(value) => set({ count: Number(value) || 1 })}
        />
      )}
    </div>
  );
}
