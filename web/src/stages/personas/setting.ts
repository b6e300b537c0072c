/** What a person sets of a voice: only what was touched is sent, and what others set meanwhile is told. Pure. */
import type { Schemas } from "../../api/client";
import type { Voice } from "../../api/queries";
import { byWhom, capital } from "../../parts/words";
import { chance } from "./told";

/** What was touched in the dialog; what is not there is as it was read. */
export type Touched = { status?: Voice["status"]; given?: boolean; share?: number | string; reason?: string };

export type Form = { status: Voice["status"]; given: boolean; share: number | string; reason: string };

export const formOf = (read: Voice, touched: Touched): Form => ({
  status: touched.status ?? read.status,
  given: touched.given ?? read.override !== null,
  share: touched.share ?? Number((100 * (read.override ?? read.probability)).toFixed(1)),
  reason: touched.reason ?? read.reason ?? "",
});

/** What is to be another than what was read; null: nothing is. */
export function changeOf(read: Voice, touched: Touched): Schemas["PersonaIn"] | null {
  const form = formOf(read, touched);
  const body: Schemas["PersonaIn"] = {};
  if (form.status !== read.status) body.status = form.status;
  if (form.reason.trim() !== (read.reason ?? "")) body.reason = form.reason.trim() || null;
  const anew = read.override === null || (touched.share !== undefined && Number(form.share) / 100 !== read.override);
  if (form.given && anew) {
    body.override = Number(form.share) / 100;
    body.reason = form.reason.trim() || null; // the server wants to be told why
  } else if (!form.given && read.override !== null) body.override = null;
  return Object.keys(body).length > 0 ? body : null;
}

/** "Disabled, was active; reason “spring”, was none. By Ada." of what another one set since; null: nothing. */
export function meanwhile(read: Voice, fresh: Voice): string | null {
  if (read.version === fresh.version) return null;
  const given = (one: Voice) => (one.override === null ? "learnt" : chance(one.override));
  const why = (one: Voice) => (one.reason ? `“${one.reason}”` : "none");
  const told = [
    read.status !== fresh.status && `it is ${fresh.status}, was ${read.status}`,
    read.override !== fresh.override && `its probability is ${given(fresh)}, was ${given(read)}`,
    read.reason !== fresh.reason && `the reason is ${why(fresh)}, was ${why(read)}`,
  ].filter((one) => one !== false);
  return `${capital(told.join("; "))}${fresh.changed_by ? `; set by ${byWhom(fresh.changed_by)}` : ""}.`;
}
