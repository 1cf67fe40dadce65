/** Base of the screens of warnings: their own words, and who may do what. */
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { WARNING_WORDS, type WarningWords } from "../strings/warnings";

export class WarningView extends View {
  protected get say(): WarningWords {
    return WARNING_WORDS[screenState.language];
  }

  protected get zone(): string {
    return store.city?.timeZone ?? "UTC";
  }

  protected may(permission: "warnings.draft" | "warnings.release" | "incidents.act"): boolean {
    return store.past === null && (store.session?.permissions.includes(permission) ?? false);
  }

  /** "16 Feb, 21.00 WITA"; of today the hour alone. */
  protected at(moment: string): string {
    return `${this.format.recent(moment, store.clock())}${this.format.day(moment) === this.format.day(store.clock()) ? ` ${this.format.zone}` : `, ${this.format.hourWithZone(moment)}`}`;
  }

  /** "2 h 10 min" until then. */
  protected span(until: string): string {
    const { procedures } = this.words;
    const minutes = Math.max(1, Math.round((Date.parse(until) - store.clock().getTime()) / 60_000));
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    if (hours === 0) return procedures.minutes(String(minutes));
    return rest && hours < 6 ? `${procedures.hours(String(hours))} ${procedures.minutes(String(rest))}` : procedures.hours(String(hours));
  }
}
