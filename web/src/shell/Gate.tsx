/** Nobody sees more than the sign-in before the server knows who they are. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onSignedOut } from "../api/client";
import { useMe } from "../api/session";
import { SignIn } from "../pages/SignIn";
import { Loading, Trouble } from "../parts/Rest";
import { Shell } from "./Shell";

export function Gate() {
  const me = useMe();
  const queries = useQueryClient();
  useEffect(() => onSignedOut(() => void queries.invalidateQueries({ queryKey: ["me"] })), [queries]);
  if (me.data) return <Shell me={me.data} />;
  if (me.data === null) return <SignIn />;
  if (me.error) return <Trouble error={me.error} retry={() => void me.refetch()} />;
  return <Loading />;
}
