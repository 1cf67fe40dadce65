/** How the city works on incidents: read once for each tenant. */
import { api } from "../api/client";
import type { Category, Operations, Text } from "../api/types";
import { store } from "../live/store";

const known = new Map<string, Operations>();
const asked = new Set<string>();

/** Null until it is there; the store tells when it is. */
export function operations(): Operations | null {
  const tenant = store.session?.tenant ?? "";
  const found = known.get(tenant);
  if (!found && store.session?.permissions.includes("incidents.read") && !asked.has(tenant)) {
    asked.add(tenant);
    api
      .operations()
      .then((answer) => known.set(tenant, answer))
      .then(() => store.keep([]))
      .catch(() => window.setTimeout(() => asked.delete(tenant), 10_000));
  }
  return found ?? null;
}

export function category(code: string | null): Category | null {
  return operations()?.categories.find((each) => each.code === code) ?? null;
}

export function agencyName(code: string | null): Text | string | null {
  return operations()?.agencies.find((each) => each.code === code)?.name ?? code;
}

/** Category and sub-category in words. */
export function categoryNames(code: string | null, sub: string | null): (Text | string)[] {
  const found = category(code);
  const within = found?.subcategories.find((each) => each.code === sub)?.name;
  return [found?.name ?? code, within ?? null].filter((each) => each !== null);
}
