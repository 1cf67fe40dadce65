/** The tenant that this page shows: the one that its address names, else the server's own. Another one is another page. */
export const tenant: string | null = new URLSearchParams(window.location.search).get("tenant");

/** Adds the tenant to an address of the server that cannot be asked with a header. */
export function ofTenant(path: string): string {
  if (tenant === null) return path;
  return `${path}${path.includes("?") ? "&" : "?"}tenant=${encodeURIComponent(tenant)}`;
}
