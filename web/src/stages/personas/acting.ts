/** What a person does about voices: whether it is under way, and what the server said no with. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../api/client";
import { useRefusal } from "../../parts/refusal";

export function useVoiceAct() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { problem, setProblem, wentWell } = useRefusal("personas");
  /** What the call answered; undefined where the server refused. */
  const act = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await call();
      wentWell();
      await queries.invalidateQueries({ queryKey: ["personas"] });
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      if (error.status === 409) await queries.invalidateQueries({ queryKey: ["personas"] }); // others were first: show it
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, act };
}
