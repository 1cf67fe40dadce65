/** Prints what the first visit loads, compressed, in KB (1,000 bytes): page, scripts, worker, style, text face, mark. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../src/pinisi/console/static", import.meta.url));
const BUDGET = 600;
const LATER = /history-chart/;

/** Files that the page names, and what those name in turn: imports, the worker, the text face. */
function firstFiles() {
  const html = readFileSync(join(BUILT, "index.html"), "utf8");
  const found = new Set(["index.html", "mark.svg"]);
  const queue = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((hit) => hit[1]);
  const scripts = readdirSync(join(BUILT, "assets")).filter((name) => name.endsWith(".js") && !LATER.test(name));
  queue.push(...scripts.map((name) => `assets/${name}`));
  for (const file of queue) found.add(file);
  return [...found];
}

function size(file) {
  const path = join(BUILT, file);
  const packed = `${path}.br`;
  return statSync(existsSync(packed) ? packed : path).size / 1000;
}

let total = 0;
for (const file of firstFiles().sort((a, b) => size(b) - size(a))) {
  total += size(file);
  console.log(`${size(file).toFixed(1).padStart(8)} KB  ${file}`);
}
console.log(`${total.toFixed(1).padStart(8)} KB  first load (budget ${BUDGET} KB)`);
process.exitCode = total > BUDGET ? 1 : 0;
