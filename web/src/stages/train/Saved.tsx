/** Filters under a name, for everybody of the house. */
import { Button, Menu, Modal, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { askIn, client, Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { trainingFilters } from "../../api/queries";
import { visible } from "../../parts/words";
import { filterOf, type Go, narrowed, type Search, searchOf } from "./filter";

const AT = "/api/orchestrator/training/filters";

export function Saved({ search, set }: { search: Search; set: Go }) {
  const operator = useMay("operator");
  const queries = useQueryClient();
  const saved = useQuery(trainingFilters()).data?.items ?? [];
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const carry = async (call: () => Promise<unknown>): Promise<boolean> => {
    setProblem(null);
    try {
      await call();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return false;
    } finally {
      void queries.invalidateQueries({ queryKey: ["training-filters"] });
    }
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const body = { name: name.trim(), description: "", filter: filterOf(search) };
    if (await carry(() => askIn(client.POST(AT, { body })))) {
      setAsking(false);
      setName("");
    }
  };
  return (
    <>
      <Menu shadow="md" position="bottom-end">
        <Menu.Target>
          <Button size="compact-sm" variant="subtle">
            Saved
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {saved.length === 0 && <Menu.Label>No filter is saved yet</Menu.Label>}
          {saved.map((one) => (
            <Menu.Item key={one.id} onClick={() => set(searchOf(one.filter))}>
              {visible(one.name)}
            </Menu.Item>
          ))}
          {operator && (
            <>
              <Menu.Divider />
              <Menu.Item disabled={!narrowed(search)} onClick={() => setAsking(true)}>
                Save this filter
              </Menu.Item>
              {saved.map((one) => (
                <Menu.Item
                  key={one.id}
                  c="var(--failed)"
                  onClick={() =>
                    void carry(() =>
                      askIn(client.DELETE(`${AT}/{filter_id}`, { params: { path: { filter_id: one.id } } })),
                    )
                  }
                >
                  {`Forget ${visible(one.name)}`}
                </Menu.Item>
              ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Save this filter">
        <form className="stack" onSubmit={(event) => void save(event)}>
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={problem?.of("name") ?? problem?.message}
            required
            data-autofocus
          />
          <Button type="submit" variant="filled" disabled={!name.trim()}>
            Save
          </Button>
        </form>
      </Modal>
    </>
  );
}
