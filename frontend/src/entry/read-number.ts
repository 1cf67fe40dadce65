/** Numbers as a person writes and reads them in his language: 274.912,3 in Indonesian, 274,912.3 elsewhere. */
import type { Language } from "../api/types";

const MARKS: Record<Language, { group: string; decimal: string }> = {
  id: { group: ".", decimal: "," },
  en: { group: ",", decimal: "." },
  ja: { group: ",", decimal: "." },
};

/** The number; null where the text is none. A mark that stands where a group would end is one: 280.000 is Indonesian for 280 000. */
export function readNumber(text: string, language: Language): number | null {
  const { group, decimal } = MARKS[language];
  const grouped = new RegExp(`^[-+]?\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d+)?$`);
  const plain = new RegExp(`^[-+]?\\d+(\\${decimal}\\d+)?$`);
  if (!grouped.test(text) && !plain.test(text)) return null;
  return Number(text.replaceAll(group, "").replace(decimal, "."));
}

/** A number as one would type it: all digits, no groups. */
export function writeNumber(value: number, language: Language): string {
  return String(value).replace(".", MARKS[language].decimal);
}
