/** From a dataset to a model: jobs, what a new one would take, and when jobs begin by themselves. */
import { Button } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMay } from "../../../api/me";
import type { Go, Search } from "../filter";
import { Head } from "../Head";
import { Job } from "./Job";
import { Jobs } from "./Jobs";
import { NewJob } from "./NewJob";
import { Rules } from "./Rules";

export function FineTuning() {
  const search: Search = useSearch({ from: "/training/fine-tuning" });
  const navigate = useNavigate({ from: "/training/fine-tuning" });
  const operator = useMay("operator");
  const set: Go = (next) => void navigate({ search: (before: Search) => ({ ...before, ...next }) });
  const making = operator && search.new !== undefined;
  return (
    <Head
      tab="tuning"
      title="Fine-tuning"
      acts={
        operator &&
        !search.id &&
        !making && (
          <Button variant="filled" onClick={() => set({ new: "1" })}>
            New job
          </Button>
        )
      }
    >
      {search.id ? (
        <Job id={search.id} set={set} />
      ) : making ? (
        <NewJob search={search} set={set} />
      ) : (
        <div className="stack">
          <Jobs search={search} set={set} />
          <Rules set={set} />
        </div>
      )}
    </Head>
  );
}
