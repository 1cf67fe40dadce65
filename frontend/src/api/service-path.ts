/** How an endpoint of a service is addressed below `/pinisi/v1`. */

export type Asked = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The address of an endpoint; what is null or undefined in `query` is left out. */
export function servicePath(service: string, path: string, query: Asked = {}): string {
  const given = Object.entries(query).flatMap(([key, value]) => (value === null || value === undefined ? [] : [[key, String(value)]]));
  const asked = new URLSearchParams(given).toString();
  return `services/${encodeURIComponent(service)}/${path.replace(/^\//, "")}${asked ? `?${asked}` : ""}`;
}
