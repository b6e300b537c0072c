import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { useChatDraft } from "./ChatDraft";

afterEach(() => {
  cleanup();
  sessionStorage.clear();
});

test("what was on its way when the page was reloaded is known by the same name, and sent once more", () => {
  const before = renderHook(() => useChatDraft(""));
  act(() => before.result.current.type("What was our best month?"));
  const { birth } = before.result.current;
  act(() => before.result.current.leaves(true));
  before.unmount(); // the reload
  const after = renderHook(() => useChatDraft(""));
  expect(after.result.current).toMatchObject({ text: "What was our best month?", birth, leaving: true });
  act(() => after.result.current.sent());
  after.unmount();
  expect(renderHook(() => useChatDraft("")).result.current).toMatchObject({ text: "", leaving: false });
});
