/** Whose a step is: an agency by its name, a role of the room by its word. */
import type { Owner } from "../api/procedures";
import type { Language } from "../api/types";
import { pick } from "../format/format";
import type { Catalogue } from "../strings/catalogue";

export function ownerName(owner: Owner, words: Catalogue["procedures"], language: Language): string {
  const roles: Record<string, string> = words.roles;
  return pick(owner.name, language) || roles[owner.code] || owner.code;
}
