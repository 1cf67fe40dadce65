/** Writes `licences.txt`: the licence of every package whose code or face ships with the console. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HOME = fileURLToPath(new URL("..", import.meta.url));
const BUILT = fileURLToPath(new URL("../../src/pinisi/console/static", import.meta.url));

function licenceOf(folder) {
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return name ? readFileSync(join(folder, name), "utf8").trim() : "";
}

const { packages } = JSON.parse(readFileSync(join(HOME, "package-lock.json"), "utf8"));
const shipped = Object.entries(packages).filter(([path, { dev }]) => path && !dev && existsSync(join(HOME, path)));
const parts = shipped.map(([path, { version, license }]) => {
  const name = path.replace(/^.*node_modules\//, "");
  return `${name} ${version} (${license ?? "see below"})\n\n${licenceOf(join(HOME, path))}`.trim();
});
writeFileSync(join(BUILT, "licences.txt"), `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
