/** Which examples are meant. Every field writes itself into the address. */
import { Button, MultiSelect, NumberInput, RangeSlider, SegmentedControl, Select, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import { trainingChoices, trainingSums } from "../../api/queries";
import { DayField } from "../../parts/DayField";
import { Panel } from "../../parts/Panel";
import { SearchField } from "../../parts/SearchField";
import { capital, channelName, score, spoken } from "../../parts/words";
import {
  backwards,
  dayField,
  ends,
  filterOf,
  type Go,
  listed,
  narrowed,
  nothing,
  type Search,
  theNewest,
} from "./filter";
import { DECIDED } from "./formats";
import { Saved } from "./Saved";
import { Spread } from "./Sums";
import styles from "./Train.module.css";

type Found = Schemas["Found"];

export function Choose({ search, set, found }: { search: Search; set: Go; found?: Found }) {
  const choices = useQuery(trainingChoices()).data;
  const filter = filterOf(search);
  const wrong = backwards(search);
  const unbound = useQuery({
    ...trainingSums(filterOf({ ...search, min: undefined, max: undefined })),
    enabled: wrong === undefined || wrong.upper === "max",
  }).data;
  const tags = choices?.tags ?? [];
  const one = (name: string, label: string, names: string[], shown = (word: string) => word) => (
    <Select
      label={label}
      placeholder="Any"
      clearable
      searchable={names.length > 8}
      value={search[name] ?? null}
      data={[...new Set([...names, ...(search[name] ? [search[name]] : [])])].map((value) => ({
        value,
        label: shown(value),
      }))}
      onChange={(value) => set({ [name]: value ?? undefined })}
    />
  );
  return (
    <Panel
      title="Filter"
      aside={
        <>
          <Saved search={search} set={set} />
          <Button size="compact-sm" variant="subtle" disabled={!narrowed(search)} onClick={() => set(nothing())}>
            Reset
          </Button>
        </>
      }
      pad
    >
      <div className={styles.filter}>
        {filter.limit && (
          <div>
            <Button
              size="compact-sm"
              onClick={() => set({ newest: undefined })}
              rightSection={<span aria-hidden>×</span>}
              aria-label={`Take “${theNewest(filter.limit)}” away`}
            >
              {capital(theNewest(filter.limit))}
            </Button>
          </div>
        )}
        <Quality search={search} set={set}>
          <Spread chosen={found?.statistics} all={unbound?.statistics} />
        </Quality>
        <SearchField
          placeholder="Words, or part of an address"
          value={search.text ?? ""}
          set={(text) => set({ text: text || undefined })}
        />
        <TagsInput
          label="Tags, all of these"
          placeholder={filter.include_tags?.length ? undefined : "Any"}
          data={tags}
          value={filter.include_tags ?? []}
          onChange={(value) => set({ in: listed(value) })}
        />
        <TagsInput
          label="Tags, none of these"
          placeholder={filter.exclude_tags?.length ? undefined : "None"}
          data={tags}
          value={filter.exclude_tags ?? []}
          onChange={(value) => set({ out: listed(value) })}
        />
        <MultiSelect
          label="Intents, any of these"
          placeholder={filter.intent_filter?.length ? undefined : "Any"}
          data={[...new Set([...(choices?.intents ?? []), ...(filter.intent_filter ?? [])])].map((value) => ({
            value,
            label: spoken(value),
          }))}
          value={filter.intent_filter ?? []}
          onChange={(value) => set({ intent: listed(value) })}
          clearable
        />
        <Days search={search} set={set} />
        <Switch
          label="Success"
          name="success"
          search={search}
          set={set}
          data={[
            ["", "Any"],
            ["yes", "Succeeded"],
            ["no", "Failed"],
          ]}
        />
        <Switch
          label="Outcome"
          name="outcome"
          search={search}
          set={set}
          data={[
            ["", "Any"],
            ["yes", "Measured"],
            ["no", "Not yet"],
          ]}
        />
        <div className={styles.pair}>
          {one("platform", "Platform", choices?.platforms ?? [], channelName)}
          {one("persona", "Persona", choices?.personas ?? [], spoken)}
          {one("model", "Model", choices?.models ?? [])}
          {one("agent", "Agent", choices?.agents ?? [], spoken)}
        </div>
        {one("decision", "Decision", choices?.decisions ?? [], (word) => DECIDED[word] ?? spoken(word))}
        <Costs search={search} set={set} />
        <Switch
          label="Before this product"
          name="legacy"
          search={search}
          set={set}
          data={[
            ["", "With"],
            ["no", "Without"],
            ["yes", "Only"],
          ]}
        />
        <Switch
          label="Archived"
          name="archived"
          search={search}
          set={set}
          data={[
            ["", "Without"],
            ["with", "With"],
            ["only", "Only"],
          ]}
        />
        <Switch
          label="Tests and excluded"
          name="hidden"
          search={search}
          set={set}
          data={[
            ["", "Without"],
            ["yes", "With"],
          ]}
        />
        <Switch
          label="Sample company"
          name="sample"
          search={search}
          set={set}
          data={[
            ["", "Without"],
            ["yes", "With"],
          ]}
        />
      </div>
    </Panel>
  );
}

type SwitchProps = { label: string; name: string; search: Search; set: Go; data: [string, string][] };

function Switch({ label, name, search, set, data }: SwitchProps) {
  return (
    <div className={styles.switch}>
      <span id={`of-${name}`}>{label}</span>
      <SegmentedControl
        size="xs"
        aria-labelledby={`of-${name}`}
        value={search[name] ?? ""}
        data={data.map(([value, words]) => ({ value, label: words }))}
        onChange={(value) => set({ [name]: value || undefined })}
      />
    </div>
  );
}

/** From a day to a day, both of UTC; a bound that is no whole day says its time. */
function Days({ search, set }: { search: Search; set: Go }) {
  const wrong = backwards(search);
  const from = dayField(search.since);
  const to = dayField(search.until);
  return (
    <div>
      <div className={styles.pair}>
        <DayField
          label="From (UTC)"
          inputWrapperOrder={["label", "input", "description", "error"]}
          description={from.at && `From ${from.at} UTC of that day on`}
          value={from.day}
          max={to.day}
          set={(day) => set({ since: day || undefined })}
        />
        <DayField
          label="To (UTC)"
          inputWrapperOrder={["label", "input", "description", "error"]}
          description={to.at && `Up to ${to.at} UTC of that day`}
          value={to.day}
          min={from.day}
          error={wrong?.upper === "until" && wrong.says}
          set={(day) => set({ until: day || undefined })}
        />
      </div>
      {(from.day || to.day) && elsewhere() && (
        <p className="quiet">These are days of UTC; each example tells its day by your own clock.</p>
      )}
    </div>
  );
}

/** Whether this reader's clock is another than UTC's. */
const elsewhere = () => new Date().getTimezoneOffset() !== 0;

/** What a run may have cost, in dollars; said when the field is left or Enter is pressed. */
function Costs({ search, set }: { search: Search; set: Go }) {
  const wrong = backwards(search);
  const field = (label: string, name: "least" | "most") => (
    <NumberInput
      key={search[name] ?? ""}
      label={label}
      min={0}
      max={1_000_000}
      step={0.01}
      decimalScale={6}
      prefix="$"
      defaultValue={search[name] ?? ""}
      error={name === "most" && wrong?.upper === "most" && wrong.says}
      onBlur={(event) => say(name, event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && say(name, event.currentTarget.value)}
    />
  );
  const say = (name: "least" | "most", typed: string) => {
    const value = typed.replaceAll(/[$,\s]/g, "");
    if (value !== (search[name] ?? "")) set({ [name]: value || undefined });
  };
  return (
    <div className={styles.pair}>
      {field("Least cost", "least")}
      {field("Most cost", "most")}
    </div>
  );
}

/** Two ends on the spread of scores, to drag or to type. */
function Quality({ search, set, children }: { search: Search; set: Go; children: React.ReactNode }) {
  const { quality_min: min, quality_max: max } = filterOf(search);
  const low = min ?? 0;
  const high = max ?? 1;
  const [at, setAt] = useState<[number, number]>([low, high]);
  useEffect(() => setAt([low, high]), [low, high]);
  const end = (next: [number, number]) => {
    const sorted: [number, number] = next[0] <= next[1] ? next : [next[1], next[0]];
    setAt(sorted);
    set(ends(sorted));
  };
  const field = (label: string, place: 0 | 1) => (
    <NumberInput
      label={label}
      size="xs"
      min={0}
      max={1}
      step={0.05}
      decimalScale={4}
      value={at[place]}
      onBlur={() => (at[0] !== low || at[1] !== high) && end(at)}
      onKeyDown={(event) => event.key === "Enter" && end(at)}
      onChange={(value) => typeof value === "number" && setAt(place === 0 ? [value, at[1]] : [at[0], value])}
    />
  );
  return (
    <fieldset className={styles.quality}>
      <legend>
        Quality <b>{`${score(at[0])} to ${score(at[1])}`}</b>
      </legend>
      {children}
      <RangeSlider
        min={0}
        max={1}
        step={0.01}
        minRange={0}
        label={(value) => score(value)}
        value={at}
        onChange={setAt}
        onChangeEnd={end}
        thumbFromLabel="Lowest quality"
        thumbToLabel="Highest quality"
      />
      <div className={styles.pair}>
        {field("At least", 0)}
        {field("At most", 1)}
      </div>
      {(min !== undefined || max !== undefined) && <p className="quiet">Examples that have no score are left out.</p>}
    </fieldset>
  );
}
