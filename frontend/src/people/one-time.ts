/** A password that is good for one time, made where it is shown: letters that nobody takes for another one. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 5;
const EACH = 4;

/** 20 letters in groups of four, 99 random bits; `random` gives bytes. */
export function oneTimePassword(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  const letters: string[] = [];
  while (letters.length < GROUPS * EACH) {
    for (const byte of random(new Uint8Array(64))) {
      // Bytes beyond the last whole round of letters would favour the first ones.
      if (byte < LETTERS.length * 8 && letters.length < GROUPS * EACH) letters.push(LETTERS.charAt(byte % LETTERS.length));
    }
  }
  const groups = Array.from({ length: GROUPS }, (_, n) => letters.slice(n * EACH, (n + 1) * EACH).join(""));
  return groups.join("-");
}
