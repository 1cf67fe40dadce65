/** Numbers, dates and ages as the reader's language writes them, in the city's time zone. */
import type { Language, Text } from "../api/types";

const LOCALES: Record<Language, string> = { id: "id-ID", en: "en-GB", ja: "ja-JP" };

/** Picks the language of a text; falls back to English, then Indonesian, then whatever is there. */
export function pick(text: Text | string | null | undefined, language: Language): string {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text[language] ?? text.en ?? text.id ?? text.ja ?? "";
}

/** Whether a text is a moment, as JSON-LD writes one: "2026-03-01T02:00:00Z". */
export function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
}

/** How many decimals a glance needs: none from 100 on, one from 10 on, else two. */
export function glanceDecimals(value: number): number {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return 0;
  return size >= 10 ? 1 : 2;
}

export class Format {
  private readonly locale: string;

  constructor(
    readonly language: Language,
    private readonly timeZone: string,
    private readonly zoneName: string,
  ) {
    this.locale = LOCALES[language];
  }

  /** 753.2 → "753": enough for a glance. */
  glance(value: number): string {
    return this.number(value, glanceDecimals(value));
  }

  /** 274912.3 → "274.912,3": all that was written. */
  exact(value: number): string {
    return this.number(value, 6);
  }

  private number(value: number, decimals: number): string {
    return new Intl.NumberFormat(this.locale, { maximumFractionDigits: decimals, useGrouping: "always" }).format(value);
  }

  private date(iso: string | Date, options: Intl.DateTimeFormatOptions): string {
    const at = typeof iso === "string" ? new Date(iso) : iso;
    if (Number.isNaN(at.getTime())) return "";
    return new Intl.DateTimeFormat(this.locale, { timeZone: this.timeZone, ...options }).format(at);
  }

  /** "14.32" in Indonesian, "14:32" elsewhere. */
  hour(iso: string | Date): string {
    return this.date(iso, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }

  /** "14.32 WITA" */
  hourWithZone(iso: string | Date): string {
    return `${this.hour(iso)} ${this.zoneName}`;
  }

  get zone(): string {
    return this.zoneName;
  }

  /** "Min, 22 Nov 2026" */
  weekday(iso: string | Date): string {
    return this.date(iso, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  }

  /** "22 Nov 2026" */
  day(iso: string | Date): string {
    return this.date(iso, { day: "numeric", month: "short", year: "numeric" });
  }

  /** "22 Nov 2026, 14.32 WITA" */
  moment(iso: string | Date): string {
    return `${this.day(iso)}, ${this.hourWithZone(iso)}`;
  }

  /** "2026-10" → "Oktober 2026"; any other period as it is written. */
  month(period: string): string {
    if (!/^\d{4}-\d\d$/.test(period)) return period;
    return new Intl.DateTimeFormat(this.locale, { timeZone: "UTC", month: "long", year: "numeric" }).format(new Date(`${period}-15T00:00:00Z`));
  }

  /** The month of a moment in the city, as it is written: "2026-10". */
  isoMonth(at: Date): string {
    return new Intl.DateTimeFormat("en-CA", { timeZone: this.timeZone, year: "numeric", month: "2-digit" }).format(at);
  }

  /** The day of a moment in the city, as it is written: "2026-10-04". */
  isoDay(at: Date): string {
    return new Intl.DateTimeFormat("en-CA", { timeZone: this.timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
  }

  /** The hour when it is of today in the city, else the day. */
  recent(iso: string, now: Date): string {
    return this.day(iso) === this.day(now) ? this.hour(iso) : this.date(iso, { day: "numeric", month: "short" });
  }

  year(iso: string): string {
    return this.date(iso, { year: "numeric" }).replace(/[^\d]/g, "");
  }

  /** 950 → "950 m"; 1400 → "1,4 km" */
  distance(metres: number): string {
    return metres < 1000 ? `${this.number(metres, 0)} m` : `${this.number(metres / 1000, 1)} km`;
  }
}

export type AgeUnit = "minute" | "hour" | "day" | "month" | "year";

/** The unit in which an age is told: minutes up to two hours, hours up to two days, months up to two years, then years. */
export function ageParts(seconds: number): { amount: number; unit: AgeUnit } {
  if (seconds < 7_200) return { amount: Math.floor(seconds / 60), unit: "minute" };
  if (seconds < 172_800) return { amount: Math.floor(seconds / 3_600), unit: "hour" };
  const days = Math.floor(seconds / 86_400);
  if (days < 60) return { amount: days, unit: "day" };
  if (days < 730) return { amount: Math.round(days / 30.44), unit: "month" };
  return { amount: Math.round(days / 365.25), unit: "year" };
}
