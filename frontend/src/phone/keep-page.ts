/** Puts a phone page aside, so that it opens without a signal. */
export async function keepPage(page: string): Promise<void> {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  await navigator.serviceWorker.register("/crew-worker.js", { scope: `/${page}` });
  const files = [...document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>("script[src], link[href]")];
  const addresses = files.map((file) => ("src" in file ? file.src : file.href));
  await (await caches.open(page)).addAll([`/${page}`, ...new Set(addresses)]);
}

/** A link of the house: good for once, so that it is taken out of the address as soon as it was tried. */
export async function joinByLink(join: (code: string) => Promise<"" | "no-line" | "refused">): Promise<"" | "no-line" | "refused"> {
  const code = /^#join=(.+)$/.exec(location.hash)?.[1];
  if (!code) return "";
  const why = await join(code);
  if (why !== "no-line") history.replaceState(null, "", location.pathname);
  return why;
}
