import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useKeys } from "./Key";

afterEach(cleanup);

function Page({ approve, turn, above = "" }: { approve: () => void; turn: () => void; above?: string }) {
  useKeys([["mod+Enter", approve]], { whileTyping: true });
  useKeys([["ArrowRight", turn]]);
  useKeys([["c", () => undefined]]);
  useKeys([["c", turn]]); // one letter may mean something in two places, as after g
  return (
    <>
      <input aria-label="text" />
      <div role="tablist">
        <button type="button">tab</button>
      </div>
      {above === "dialog" && <div role="dialog" aria-modal="true" aria-label="above" />}
    </>
  );
}

const press = (target: Element, key: string, more: object = {}) =>
  act(() => void fireEvent.keyDown(target, { key, ...more }));

test("a key that is held acts once", () => {
  const approve = vi.fn();
  render(<Page approve={approve} turn={vi.fn()} />);
  press(document.body, "Enter", { ctrlKey: true });
  for (let times = 0; times < 9; times += 1) press(document.body, "Enter", { ctrlKey: true, repeat: true });
  expect(approve).toHaveBeenCalledTimes(1);
});

test("what lies above the page takes every key to itself", () => {
  const approve = vi.fn();
  const { getByLabelText } = render(<Page approve={approve} turn={vi.fn()} above="dialog" />);
  press(getByLabelText("text"), "Enter", { ctrlKey: true });
  press(getByLabelText("above"), "Enter", { ctrlKey: true });
  expect(approve).not.toHaveBeenCalled();
});

test("a dialog that closes under the key does not hand it on to the page", () => {
  const approve = vi.fn();
  render(<Page approve={approve} turn={vi.fn()} />);
  const above = document.createElement("div");
  above.setAttribute("aria-modal", "true");
  const field = above.appendChild(document.createElement("input"));
  field.addEventListener("keydown", () => above.remove());
  document.body.append(above);
  press(field, "Enter", { ctrlKey: true });
  expect(document.contains(above)).toBe(false);
  expect(approve).not.toHaveBeenCalled();
});

test("an arrow belongs to the tabs it is pressed on, and goes on while it is held elsewhere", () => {
  const turn = vi.fn();
  const { getByText } = render(<Page approve={vi.fn()} turn={turn} />);
  press(getByText("tab"), "ArrowRight");
  expect(turn).not.toHaveBeenCalled();
  press(document.body, "ArrowRight");
  press(document.body, "ArrowRight", { repeat: true });
  expect(turn).toHaveBeenCalledTimes(2);
});

test("a letter that means something in two places is heard in both", () => {
  const turn = vi.fn();
  render(<Page approve={vi.fn()} turn={turn} />);
  press(document.body, "c");
  expect(turn).toHaveBeenCalledTimes(1);
});
