import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test } from "vitest";
import { asProblem } from "../../../api/client";
import { useAct } from "./acting";

afterEach(cleanup);

const NO = asProblem({ code: "too_late", title: "It is too late." }, 409);

test("what one place was refused with is gone once another of the page has done something", async () => {
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const one = renderHook(() => useAct("jobs"), { wrapper });
  const other = renderHook(() => useAct("jobs"), { wrapper });
  const away = renderHook(() => useAct("jobs"), { wrapper });
  away.unmount();
  const refuse = () => Promise.reject(NO);
  await act(async () => void (await one.result.current.act("act", refuse)));
  expect(one.result.current.problem).toBe(NO);
  await act(async () => void (await other.result.current.act("act", refuse)));
  expect(one.result.current.problem).toBe(NO);
  expect(other.result.current.problem).toBe(NO);
  await act(async () => void (await other.result.current.act("act", async () => "done")));
  expect(one.result.current.problem).toBeNull();
  expect(other.result.current.problem).toBeNull();
});
