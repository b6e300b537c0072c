import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useFollow } from "./ChatFollow";

let grown: () => void = () => undefined;
let height = 1000;

beforeEach(() => {
  height = 1000;
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(tell: () => void) {
        grown = tell;
      }
      observe() {}
      disconnect() {}
    },
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Thread() {
  const { box, inside, newer } = useFollow("one");
  const sized = (element: HTMLDivElement | null) => {
    box.current = element;
    if (!element) return;
    Object.defineProperty(element, "scrollHeight", { configurable: true, get: () => height });
    Object.defineProperty(element, "clientHeight", { configurable: true, get: () => 400 });
  };
  return (
    <div ref={sized} data-testid="box" data-newer={newer}>
      <div ref={inside} />
    </div>
  );
}

const grow = (by: number) => {
  height += by;
};

test("words that come before the news of one's own scrolling are followed all the same", () => {
  const box = render(<Thread />).getByTestId("box");
  box.scrollTop = 600; // the end, as the thread itself went there
  grow(300);
  fireEvent.scroll(box); // told only now
  act(() => grown());
  expect(box.scrollTop).toBe(1300);
});

test("who scrolls up is left there and told of what is newer", () => {
  const box = render(<Thread />).getByTestId("box");
  box.scrollTop = 600;
  fireEvent.scroll(box);
  box.scrollTop = 300;
  fireEvent.scroll(box);
  grow(300);
  act(() => grown());
  expect(box.scrollTop).toBe(300);
  expect(box.dataset.newer).toBe("true");
});
