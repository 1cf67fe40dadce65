/** A QR code of a short text: byte mode, error level M, versions 1 to 10, mask 0 (ISO/IEC 18004). */

/** Error words a block, and blocks, by version. */
const LEVEL_M: readonly (readonly [number, number])[] = [
  [10, 1], [16, 1], [26, 1], [18, 2], [24, 2], [16, 4], [18, 4], [22, 4], [22, 5], [26, 5],
];
const WORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
const ALIGNED: readonly (readonly number[])[] = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
];

/** What stands there; asked only where something does. */
function of<T>(list: readonly T[], at: number): T {
  return list[at] as T;
}

type Grid = (boolean | null)[][];

/** Rows of dark (true) and light. Throws for a text that is too long (213 bytes). */
export function qr(text: string): boolean[][] {
  const bytes = [...new TextEncoder().encode(text)];
  const version = LEVEL_M.findIndex((_, index) => bytes.length <= room(index + 1)) + 1;
  if (!version) throw new Error("too long for a QR code");
  const grid = drawn(version);
  fill(grid, interleaved(words(bytes, version), version));
  return grid.map((row) => row.map(Boolean));
}

function dataWords(version: number): number {
  const [errors, blocks] = of(LEVEL_M, version - 1);
  return of(WORDS, version - 1) - errors * blocks;
}

function room(version: number): number {
  return dataWords(version) - (version < 10 ? 2 : 3);
}

function words(bytes: readonly number[], version: number): number[] {
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let at = length - 1; at >= 0; at--) bits.push((value >> at) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  const count = dataWords(version);
  put(0, Math.min(4, count * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const made = Array.from({ length: bits.length / 8 }, (_, at) => bits.slice(at * 8, at * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  for (let pad = 0xec; made.length < count; pad ^= 0xec ^ 0x11) made.push(pad);
  return made;
}

/** Blocks with their error words, one word of each in turn. */
function interleaved(data: readonly number[], version: number): number[] {
  const [errors, count] = of(LEVEL_M, version - 1);
  const short = Math.floor(data.length / count);
  const long = data.length % count;
  let at = 0;
  const blocks = Array.from({ length: count }, (_, block) => data.slice(at, (at += short + (block >= count - long ? 1 : 0))));
  const checks = blocks.map((block) => remainder(block, errors));
  const turn = (parts: readonly (readonly number[])[], length: number) =>
    Array.from({ length }, (_, index) => parts.flatMap((part) => (index < part.length ? [of(part, index)] : []))).flat();
  return [...turn(blocks, short + 1), ...turn(checks, errors)];
}

function times(x: number, y: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((y >> bit) & 1) product ^= x;
  }
  return product;
}

/** Reed-Solomon error words over GF(256). */
function remainder(data: readonly number[], degree: number): number[] {
  let generator = [1];
  for (let root = 1, n = 0; n < degree; n++, root = times(root, 2)) {
    const shifted = [...generator, 0];
    generator = shifted.map((value, index) => value ^ (index ? times(of(generator, index - 1), root) : 0));
  }
  const left = Array<number>(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ of(left, 0);
    left.push(0);
    left.shift();
    for (let index = 0; index < degree; index++) left[index] = of(left, index) ^ times(of(generator, index + 1), factor);
  }
  return left;
}

/** Everything but the data: finders, timing, alignment, format and version; null where data go. */
function drawn(version: number): Grid {
  const size = 17 + 4 * version;
  const grid: Grid = Array.from({ length: size }, () => Array<boolean | null>(size).fill(null));
  const set = (x: number, y: number, dark: boolean) => {
    if (x >= 0 && y >= 0 && x < size && y < size) of(grid, y)[x] = dark;
  };
  for (let at = 0; at < size; at++) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) square(x, y, 4, set);
  const spots = of(ALIGNED, version - 1);
  const last = spots.at(-1);
  for (const x of spots)
    for (const y of spots) if (!(x === 6 && (y === 6 || y === last)) && !(y === 6 && x === last)) square(x, y, 2, set);
  format(size, set);
  if (version >= 7) versionBits(version, size, set);
  return grid;
}

function square(x: number, y: number, reach: number, set: (x: number, y: number, dark: boolean) => void): void {
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy));
      set(x + dx, y + dy, reach === 4 ? ring !== 2 && ring !== 4 : ring !== 1);
    }
}

/** Level M is 00, mask 0 is 000: of both only the mask of the standard is left. */
function format(size: number, set: (x: number, y: number, dark: boolean) => void): void {
  const bits = 0x5412;
  const bit = (at: number) => ((bits >> at) & 1) === 1;
  for (let at = 0; at < 15; at++) {
    if (at < 6) set(8, at, bit(at));
    else if (at < 8) set(8, at + 1, bit(at));
    else if (at === 8) set(7, 8, bit(at));
    else set(14 - at, 8, bit(at));
    if (at < 8) set(size - 1 - at, 8, bit(at));
    else set(8, size - 15 + at, bit(at));
  }
  set(8, size - 8, true);
}

function versionBits(version: number, size: number, set: (x: number, y: number, dark: boolean) => void): void {
  let left = version;
  for (let step = 0; step < 12; step++) left = (left << 1) ^ ((left >> 11) * 0x1f25);
  const bits = (version << 12) | left;
  for (let at = 0; at < 18; at++) {
    const dark = ((bits >> at) & 1) === 1;
    const [a, b] = [size - 11 + (at % 3), Math.floor(at / 3)];
    set(a, b, dark);
    set(b, a, dark);
  }
}

/** Words go in columns of two, from the right, up and down; mask 0 turns every other one over. */
function fill(grid: Grid, all: readonly number[]): void {
  const size = grid.length;
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++)
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (of(grid, y)[x] !== null) continue;
        const dark = at < all.length * 8 && ((of(all, at >> 3) >> (7 - (at & 7))) & 1) === 1;
        of(grid, y)[x] = dark !== ((x + y) % 2 === 0);
        at++;
      }
  }
}
