import { act, cleanup, render } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useAge } from "./now";
import { ago } from "./words";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const BORN = "2026-05-04T10:00:00Z";

function Told() {
  return <p>{ago(BORN, useAge(BORN))}</p>;
}

test("what is seconds old is told anew while it is, and then by the minute", () => {
  vi.useFakeTimers({ now: Date.parse(BORN) + 2_000 });
  const { container } = render(<Told />);
  const first = container.textContent;
  act(() => vi.advanceTimersByTime(30_000));
  expect(container.textContent).not.toBe(first);
  expect(container.textContent).toContain("32 sec");
  act(() => vi.advanceTimersByTime(60_000));
  expect(container.textContent).toContain("2 min");
});
