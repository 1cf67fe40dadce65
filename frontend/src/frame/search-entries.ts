/** What the search box offers besides places: pages and commands, found by any part of their name. */
import { pick } from "../format/format";
import { addressOf, servicePages } from "../live/service-pages";
import type { Catalogue } from "../strings/catalogue";
import { LANGUAGE_NAMES } from "../strings/catalogue";
import { PAGES } from "../screen/address";
import { screenState } from "../screen/screen";
import type { IconName } from "./icons";

export interface Entry {
  key: string;
  group: "places" | "pages" | "commands" | "recent";
  name: string;
  detail: string;
  icon: IconName;
  run: () => void;
}

export function pageEntries(words: Catalogue): Entry[] {
  return PAGES.map((page, index) => ({
    key: `page ${page}`,
    group: "pages",
    name: words.pages[page],
    detail: String(index + 1),
    icon: page,
    run: () => screenState.open(page),
  }));
}

/** The pages that services bring. */
export function servicePageEntries(): Entry[] {
  return servicePages.own.map((page) => ({
    key: `service ${addressOf(page)}`,
    group: "pages",
    name: pick(page.title, screenState.language),
    detail: "",
    icon: "place",
    run: () => screenState.openService(addressOf(page)),
  }));
}

export function commandEntries(words: Catalogue): Entry[] {
  const command = (key: string, name: string, icon: IconName, run: () => void): Entry => ({ key, group: "commands", name, detail: "", icon, run });
  return [
    command("dark", words.theme.dark, "moon", () => screenState.adjust({ theme: "dark" })),
    command("light", words.theme.light, "sun", () => screenState.adjust({ theme: "light" })),
    command("wall", words.mode.wall, "whole", () => screenState.adjust({ mode: "wall" })),
    command("desk", words.mode.desk, "list", () => screenState.adjust({ mode: null })),
    ...(["id", "en", "ja"] as const).map((lang) =>
      command(`lang ${lang}`, LANGUAGE_NAMES[lang], "keys", () => screenState.adjust({ lang })),
    ),
  ];
}

export function matching(entries: readonly Entry[], wanted: string): Entry[] {
  const told = wanted.trim().toLowerCase();
  return told ? entries.filter(({ name }) => name.toLowerCase().includes(told)) : [];
}
