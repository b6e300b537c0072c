/** Nobody sees more than the sign-in before the server knows who they are; a one-time link is taken up wherever it opens. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { onSignedOut, Problem } from "../api/client";
import { atDoor, post, tellDoor, useMe } from "../api/session";
import { SignIn } from "../pages/SignIn";
import { Loading, Trouble } from "../parts/Rest";
import { Shell } from "./Shell";

/** The token of a one-time link, taken out of the address at once so that it stays in no history. */
function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("link");
  if (token) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return token;
}

export function Gate() {
  const queries = useQueryClient();
  const [token, setToken] = useState(takeToken);
  const [refused, setRefused] = useState<Problem | null>(null);
  const me = useMe();
  useEffect(() => onSignedOut(() => void queries.invalidateQueries({ queryKey: ["me"] })), [queries]);
  useEffect(() => atDoor(() => void queries.invalidateQueries({ queryKey: ["me"] })), [queries]);
  useEffect(() => {
    const look = () => setToken((held) => takeToken() ?? held); // a link opened in a tab that shows the page already
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  }, []);
  const name = me.data?.name;
  const before = useRef<string>(undefined);
  useEffect(() => {
    const other = before.current !== undefined && name !== undefined && before.current !== name;
    if (name !== undefined) before.current = name;
    // somebody else signed in from another tab of this browser
    if (other) void queries.resetQueries({ predicate: (query) => query.queryKey[0] !== "me" });
  }, [name, queries]);
  useEffect(() => {
    if (!token) return;
    setRefused(null);
    post("/api/auth/link", { token })
      .then(() => {
        tellDoor();
        queries.clear(); // what the person before saw is not for this one
      })
      .catch((error) => setRefused(error instanceof Problem ? error : null))
      .finally(() => {
        setToken(null);
        void queries.invalidateQueries({ queryKey: ["me"] });
      });
  }, [token, queries]);
  if (token) return <Loading />;
  if (me.data && !refused) return <Shell key={me.data.name} me={me.data} />; // what one typed is not another's
  if (me.data === null || refused)
    return <SignIn refused={refused} entered={() => setRefused(null)} stay={me.data ?? null} />;
  if (me.error) return <Trouble error={me.error} retry={() => void me.refetch()} />;
  return <Loading />;
}
