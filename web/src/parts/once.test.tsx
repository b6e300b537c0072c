import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useOnce } from "./once";

afterEach(cleanup);

function Page({ make }: { make: () => Promise<unknown> }) {
  const [once, busy] = useOnce(make);
  return (
    <button type="button" data-busy={busy} onClick={() => void once()}>
      Make
    </button>
  );
}

test("what is pressed twice on a slow line is done once, and may be done again afterwards", async () => {
  let answered: () => void = () => undefined;
  const make = vi.fn(() => new Promise<void>((done) => (answered = done)));
  const { getByText } = render(<Page make={make} />);
  fireEvent.click(getByText("Make"));
  fireEvent.click(getByText("Make"));
  expect(make).toHaveBeenCalledTimes(1);
  expect(getByText("Make").dataset.busy).toBe("true");
  await act(async () => answered());
  expect(getByText("Make").dataset.busy).toBe("false");
  fireEvent.click(getByText("Make"));
  expect(make).toHaveBeenCalledTimes(2);
});
