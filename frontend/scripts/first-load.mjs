/** Prints what the first visit loads, compressed, in KB (1,000 bytes): page, scripts, worker, style, text face, mark. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../src/pinisi/console/static", import.meta.url));
const BUDGET = 600;

/** Files that the page names, and what those name in turn: what a script imports at once, and the map's worker. */
function firstFiles() {
  const html = readFileSync(join(BUILT, "index.html"), "utf8");
  const found = new Set(["index.html", "mark.svg"]);
  const queue = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((hit) => hit[1]);
  for (const file of queue) {
    if (found.has(file)) continue;
    found.add(file);
    if (file.endsWith(".js")) queue.push(...named(readFileSync(join(BUILT, file), "utf8")));
  }
  return [...found];
}

function named(script) {
  const imported = [...script.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)].map((hit) => hit[1]);
  const workers = [...script.matchAll(/["'`]\/?assets\/([\w.-]*worker[\w.-]*\.js)["'`]/g)].map((hit) => hit[1]);
  return [...imported, ...workers].map((name) => `assets/${name}`);
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
