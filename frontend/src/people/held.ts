/** Where a role holds: an assignment, a choice in a form, and both in plain words. */
import type { Assignment } from "../api/people";
import type { PeopleWords } from "../strings/people";

/** The whole house; the city that is open; the code of an area in it. */
export type Reach = "house" | "city" | (string & {});

export function assignmentOf(role: string, reach: Reach, tenant: string): Assignment {
  if (reach === "house") return { role };
  return reach === "city" ? { role, tenants: [tenant] } : { role, tenants: [tenant], areas: [reach] };
}

/** `Operator: Makassar, only Tamalate; reads only`. */
export function heldInWords(held: Assignment, words: PeopleWords, areaNames: ReadonlyMap<string, string>): string {
  const role = words.roles[held.role]?.name ?? held.role;
  const where = [
    held.tenants ? held.tenants.join(", ") : words.everywhere,
    ...(held.areas ? [words.onlyAreas(held.areas.map((code) => areaNames.get(code) ?? code).join(", "))] : []),
    ...(held.types ? [words.onlyTypes(held.types.length)] : []),
    ...(held.attributes ? [words.onlyAttributes(held.attributes.length)] : []),
  ];
  return `${role}: ${where.join(", ")}${held.write === false ? `; ${words.readsOnly}` : ""}`;
}
