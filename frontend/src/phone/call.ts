/** Calls of a phone page to the house. Whatever goes wrong on the way is "no line". */
import type { Ending } from "./outbox";

const PATIENCE = 20_000;

/** Null: no line. */
export async function call(path: string, init: RequestInit = {}): Promise<Response | null> {
  try {
    return await fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return null;
  }
}

export function json(value: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** Empty: signed in; else why not. */
export async function signIn(account: string, password: string): Promise<"" | "no-line" | "refused"> {
  return entered(await call("/pinisi/v1/login", json({ account, password })));
}

/** Empty: this phone is signed in by the link; else why not. */
export async function join(path: string, code: string): Promise<"" | "no-line" | "refused"> {
  return entered(await call(path, json({ code })));
}

/** How the sending of something ended; `detail` of a problem, or what `why` makes of it, says why it is refused. */
export async function ending(answer: Response | null, why: (problem: Problem) => string = ({ detail }) => detail ?? ""): Promise<Ending> {
  if (!answer || answer.status >= 500 || answer.status === 429) return { later: "no-line" };
  if (answer.status === 401) return { later: "sign-in" };
  if (answer.ok) return { taken: true };
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  return { refused: why(problem) || String(answer.status) };
}

export interface Problem {
  detail?: string;
  errors?: { field: string; reason: Record<"id" | "en" | "ja", string> }[];
}

function entered(answer: Response | null): "" | "no-line" | "refused" {
  if (!answer || answer.status >= 500) return "no-line";
  return answer.ok ? "" : "refused";
}
