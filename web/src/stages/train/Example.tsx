/** One example: what is known of it, which versions hold it, and the line that an export has for it. */
import { Drawer, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { trainingExample, trainingHolders, trainingLine } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { Json } from "../../parts/Json";
import { Empty, Shown } from "../../parts/Rest";
import { byWhom, cost, duration, score, spoken, visible, when, whole } from "../../parts/words";
import { ExampleActs } from "./ExampleActs";
import { Tags } from "./Examples";
import styles from "./Train.module.css";

export function Example({ id, close }: { id?: string; close: () => void }) {
  return (
    <Drawer opened={id !== undefined} onClose={close} position="right" size="xl" title="Example">
      {id && <Body id={id} />}
    </Drawer>
  );
}

function Body({ id }: { id: string }) {
  const query = useQuery(trainingExample(id));
  const held = useQuery(trainingHolders(id)).data;
  return (
    <Shown query={query} rows={8}>
      {({ example, erased }) =>
        erased ? (
          <Empty title="This example was erased.">
            {`By ${byWhom(erased.erased_by)}, ${when(erased.erased_at)}: ${ended(visible(erased.reason))} `}
            {erased.held_by.length > 0 ? (
              <>
                {"Copies may still be in "}
                <Versions of={copies(erased)} />
                {learned(erased)}
              </>
            ) : (
              "No dataset and no model holds a copy."
            )}
          </Empty>
        ) : (
          <div className="stack">
            <p className={styles.said}>{visible(String(example?.user_request ?? ""))}</p>
            <Facts
              rows={[
                ["Asked", when(String(example?.timestamp ?? ""))],
                ["Intent", spoken(String(example?.intent ?? ""))],
                ["Quality", score(number(example?.quality_score), 3)],
                [
                  "Tags",
                  Array.isArray(example?.tags) && example.tags.length > 0 ? (
                    <Tags key="tags" tags={example.tags as string[]} />
                  ) : null,
                ],
                ["Cost", cost(number(example?.cost))],
                ["Work", duration(number(example?.seconds))],
                [
                  "Held by",
                  held && held.datasets.length > 0 ? <Versions key="held" of={held.datasets} /> : "no dataset",
                ],
                held?.withdrawn && [
                  "Withdrawn",
                  `by ${byWhom(held.withdrawn_by ?? "")}: ${visible(held.reason ?? "")}`,
                ],
              ]}
            />
            <ExampleActs id={id} held={held} />
            <Line id={id} />
            <section>
              <h3 className="sub">Everything that is kept</h3>
              <Json value={example} />
            </section>
          </div>
        )
      }
    </Shown>
  );
}

/** A reason as a sentence of its own: people write it without a full stop. */
export const ended = (words: string): string =>
  /[.!?…]["”’)]?$/.test(words.trim()) ? words.trim() : `${words.trim()}.`;

/** The versions that still hold what was erased. */
const copies = (erased: Schemas["Tombstone"]): Version[] =>
  erased.held_by
    .filter((one) => one.kind === "dataset")
    .map((one) => ({ ...one, dataset_id: one.id, state: one.state ?? "" }));

/** " and in models that learned from it: small@1 (retired)." */
function learned(erased: Schemas["Tombstone"]): string {
  const models = erased.held_by.filter((one) => one.kind === "model").map((one) => `${one.name} (${one.state})`);
  if (models.length === 0) return "";
  return `${copies(erased).length > 0 ? " and in models" : "models"} that learned from it: ${models.join(", ")}.`;
}

type Version = { dataset_id: string; name: string; version?: string | number | null; state: string };

const Versions = ({ of }: { of: Version[] }) => (
  <span className={styles.tags}>
    {of.map((one) => (
      <Link key={one.dataset_id} to="/training/datasets" search={{ id: one.dataset_id } as never}>
        {`${one.name} ${one.version ?? ""}${["deleted", "archived"].includes(one.state) ? ` (${one.state})` : ""}`}
      </Link>
    ))}
  </span>
);

const number = (value: unknown): number | null => {
  const found = value === null || value === undefined || value === "" ? Number.NaN : Number(value);
  return Number.isNaN(found) ? null : found;
};

function Line({ id }: { id: string }) {
  const [format, setFormat] = useState<"jsonl" | "csv">("jsonl");
  const query = useQuery(trainingLine(id, format));
  return (
    <section aria-label="Exactly what is exported">
      <div className="row">
        <h3 className="sub">Exactly what is exported</h3>
        <span className="quiet">
          {query.data?.line ? `${whole(new TextEncoder().encode(query.data.line).length)} bytes` : ""}
        </span>
        <span className="space" />
        <SegmentedControl
          size="xs"
          aria-label="Format of the line"
          value={format}
          onChange={(value) => setFormat(value as "jsonl" | "csv")}
          data={[
            { value: "jsonl", label: "JSON lines" },
            { value: "csv", label: "CSV" },
          ]}
        />
      </div>
      <Shown query={query} rows={3}>
        {(found) =>
          found.line === null || found.line === undefined ? (
            <p className="quiet">{`An export leaves it out. ${found.reason ?? ""}`}</p>
          ) : (
            <Json value={found.line} />
          )
        }
      </Shown>
    </section>
  );
}
