/** Doing something about an incident: the act goes to the server, its answer into the store. */
import { api, Problem } from "../api/client";
import type { IncidentAct } from "../api/types";
import { currentWords } from "../frame/view";
import { store } from "../live/store";

/** Carries out an act; answers what went wrong in words, or null. A conflict also brings the latest state. */
export async function carryOut(id: string, act: IncidentAct): Promise<string | null> {
  const words = currentWords();
  try {
    store.keep([await api.act(id, act)]);
    return null;
  } catch (cause) {
    const problem = cause instanceof Problem ? cause : new Problem(0, "", "");
    if (problem.status === 0) return words.serverSilent;
    if (problem.status !== 409) return `${words.refused}. ${problem.message}`;
    const latest = await api.incident(id).catch(() => null);
    if (!latest) return words.conflict;
    const unchanged = store.incidents.get(id)?.position === latest.position;
    store.keep([latest]);
    return unchanged ? problem.message : words.conflict;
  }
}
