import { defineConfig, type Plugin } from "vite";

const OUT = "../src/pinisi/console/static";
const SERVER = process.env["PINISI_SERVER"] ?? "http://127.0.0.1:8000";

/** Asks for the text face before the style sheet does: the first words appear in their own face. */
function preloadFace(): Plugin {
  return {
    name: "pinisi-preload-face",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle, path }) {
        if (/(crew|count)\.html$/.test(path)) return [];
        const face = Object.keys(bundle ?? {}).find((file) => /ibm-plex-sans-latin-wght-normal.*\.woff2$/.test(file));
        if (!face) return [];
        const attrs = { rel: "preload", href: `/${face}`, as: "font", type: "font/woff2", crossorigin: "" };
        return [{ tag: "link", attrs, injectTo: "head-prepend" as const }];
      },
    },
  };
}

/** The Japanese faces name a WOFF beside every WOFF2; every browser we serve reads WOFF2. */
function onlyWoff2(): Plugin {
  return {
    name: "pinisi-only-woff2",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("ibm-plex-sans-jp") || !id.endsWith(".css")) return null;
      return code.replace(/,\s*url\([^)]*\.woff\)\s*format\('woff'\)/g, "");
    },
  };
}

export default defineConfig({
  base: "/",
  plugins: [onlyWoff2(), preloadFace()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: { index: "index.html", crew: "crew.html", count: "count.html" },
      output: {
        // A worker must arrive as JavaScript, and not every server knows the ending .mjs.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".mjs")) ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]",
      },
    },
  },
  server: { proxy: { "/pinisi": SERVER, "/city": SERVER, "/ngsi-ld": SERVER } },
  test: { include: ["tests/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
