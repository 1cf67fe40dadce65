/** A key that nothing else has: a repetition of a request with it does nothing. */

/** Works also where `crypto.randomUUID` does not: on a page that came over plain HTTP from another machine. */
export function freshKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
