import { MantineProvider } from "@mantine/core";
import { cleanup, fireEvent, render } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { DayField } from "./DayField";

const light = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
vi.stubGlobal("matchMedia", () => light); // jsdom has none

afterEach(cleanup);

/** As an address: it holds what it is given, and tells it back. */
function Page({ set }: { set: (day: string) => void }) {
  const [day, setDay] = useState("");
  return (
    <MantineProvider env="test">
      <DayField
        label="From"
        value={day}
        set={(next) => {
          setDay(next);
          set(next);
        }}
      />
      <button type="button" onClick={() => setDay("")}>
        Reset
      </button>
    </MantineProvider>
  );
}

test("a day is given on once its year is typed to the end, and what is typed stays till then", () => {
  const set = vi.fn();
  const { getByLabelText, getByText, queryByText } = render(<Page set={set} />);
  const field = getByLabelText("From") as HTMLInputElement;
  const type = (value: string) => fireEvent.change(field, { target: { value } });
  for (const day of ["0002-03-15", "0020-03-15", "0202-03-15"]) {
    type(day);
    expect(field.value).toBe(day);
  }
  fireEvent.blur(field);
  expect(set).not.toHaveBeenCalled();
  expect(queryByText("No whole day from 1970 on")).not.toBeNull();
  type("2025-03-15");
  expect(set.mock.calls).toEqual([["2025-03-15"]]);
  expect(queryByText("No whole day from 1970 on")).toBeNull();
  type("");
  fireEvent.blur(field);
  expect(set.mock.calls).toEqual([["2025-03-15"], [""]]);
  type("2025-03-16");
  fireEvent.click(getByText("Reset"));
  expect(field.value).toBe("");
});
