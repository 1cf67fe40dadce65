/** The keys of the Events page: which act a key asks for. */
import { api } from "../api/client";
import type { ActName, Incident } from "../api/types";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { carryOut } from "./act";
import { likeness } from "./alike";
import { type ActForm, actWish } from "./act-wish";
import { undo } from "./undo";

const FORMS: Record<string, { form: ActForm; needs: readonly ActName[] }> = {
  t: { form: "triage", needs: ["triage", "open"] },
  d: { form: "assign", needs: ["assign"] },
  r: { form: "resolve", needs: ["resolve"] },
  c: { form: "close", needs: ["close"] },
  s: { form: "shelve", needs: ["shelve"] },
  h: { form: "hand", needs: ["hand"] },
  i: { form: "note", needs: ["note"] },
};

/** Does what the key asks for; false where it is none of these keys, or does not fit the incident. */
export async function actByKey(key: string, incident: Incident): Promise<boolean> {
  const wanted = FORMS[key];
  if (wanted) {
    if (!wanted.needs.some((act) => incident.fits.includes(act))) return false;
    if (screenState.state.incident !== incident.id) screenState.openIncident(incident.id);
    actWish.ask(incident.id, wanted.form);
    return true;
  }
  const alike = key === "y" || key === "x" ? likeness.of(incident.id) : null;
  if (alike) return (await (key === "y" ? likeness.confirm(alike) : likeness.refuse(alike))) === null;
  if (key === "a" && incident.fits.includes("take")) return takeOver(incident);
  if (key === "v" && incident.fits.includes("verify") && isOwn(incident)) return breakGlass(incident);
  if (key === "v" && incident.fits.includes("verify")) return (await carryOut(incident.id, { act: "verify" })) === null;
  if (key === "p" && incident.fits.includes("close"))
    return (await carryOut(incident.id, { act: "close", outcome: "prank" })) === null;
  return false;
}

/** The same for an incident that is open on screen and may not be read yet; nothing once another is open. */
export async function actOnceKnown(key: string, id: string): Promise<void> {
  if (!store.incidents.has(id)) {
    const read = await api.incident(id).catch(() => null);
    if (read && !store.incidents.has(id)) store.keep([read]);
  }
  const incident = store.incidents.get(id);
  if (incident && screenState.state.incident === id) await actByKey(key, incident);
}

/** Who resolved or owns it cannot be the second person: the same key asks for the reason of a broken glass. */
function isOwn(incident: Incident): boolean {
  const me = store.session?.principal.id;
  return incident.resolvedById === me || incident.ownerId === me;
}

function breakGlass(incident: Incident): boolean {
  if (!store.session?.permissions.includes("incidents.verify")) return false;
  if (screenState.state.incident !== incident.id) screenState.openIncident(incident.id);
  actWish.ask(incident.id, "break-glass");
  return true;
}

export async function takeOver(incident: Incident): Promise<boolean> {
  const refused = await carryOut(incident.id, { act: "take" });
  if (refused === null) undo.offer(incident, "take");
  return refused === null;
}
