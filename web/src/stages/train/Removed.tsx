/** What each part of the filter takes away by itself: so many more there would be without it. */
import { useQueries } from "@tanstack/react-query";
import { trainingSums } from "../../api/queries";
import { whole } from "../../parts/words";
import { backwards, filterOf, type Search } from "./filter";

/** The parts that narrow, each with its words in the address. */
const PARTS: [string, string[]][] = [
  ["quality", ["min", "max"]],
  ["tags", ["in", "out"]],
  ["intents", ["intent"]],
  ["dates", ["since", "until"]],
  ["success", ["success"]],
  ["outcome", ["outcome"]],
  ["platform", ["platform"]],
  ["persona", ["persona"]],
  ["model", ["model"]],
  ["agent", ["agent"]],
  ["decision", ["decision"]],
  ["cost", ["least", "most"]],
  ["words", ["text"]],
  ["origin", ["legacy"]],
  ["the limit", ["newest"]],
];

export function Removed({ search, used }: { search: Search; used?: number }) {
  const said = backwards(search) ? [] : PARTS.filter(([, names]) => names.some((name) => search[name]));
  const without = useQueries({
    queries: said.map(([, names]) =>
      trainingSums(filterOf({ ...search, ...Object.fromEntries(names.map((name) => [name, undefined])) })),
    ),
  });
  if (said.length === 0 || used === undefined) return null;
  const told = said.flatMap(([name], place) => {
    const found = without[place]?.data?.filtered_count;
    return found === undefined ? [] : [`${name} ${whole(Math.max(found - used, 0))}`];
  });
  if (told.length === 0) return null;
  return <p className="quiet" style={{ margin: "8px 0 0" }}>{`Left out by each part alone: ${told.join(", ")}.`}</p>;
}
