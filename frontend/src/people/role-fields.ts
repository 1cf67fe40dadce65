/** Two choices of a form: a role, and where it holds. */
import { html } from "lit";
import type { Area } from "../api/types";
import { store } from "../live/store";
import type { PeopleWords } from "../strings/people";

const NEVER = "public";

export function roleFields(said: PeopleWords) {
  const areas = store.areas ?? [];
  return html`
    <label class="field">${said.role}<select name="role">
      ${Object.entries(said.roles)
        .filter(([role]) => role !== NEVER)
        .map(([role, { name, what }]) => html`<option value=${role} ?selected=${role === "operator"}>${name}: ${what}</option>`)}
    </select></label>
    <label class="field">${said.where}<select name="where">
      <option value="city" selected>${said.city(store.city?.name ?? "")}</option>
      <option value="house">${said.house}</option>
      ${areas.filter(({ level }) => level === "kecamatan").map((area) => group(area, areas))}
    </select></label>
  `;
}

function group(kecamatan: Area, areas: readonly Area[]) {
  const inside = areas.filter(({ level, code }) => level === "kelurahan" && code.startsWith(`${kecamatan.code}.`));
  return html`<optgroup label=${kecamatan.name}>
    ${[kecamatan, ...inside].map(({ code, name }) => html`<option value=${code}>${name}</option>`)}
  </optgroup>`;
}
