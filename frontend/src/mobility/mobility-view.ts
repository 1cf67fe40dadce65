/** Base of the components of mobility: they speak its words. */
import type { Text } from "../api/types";
import { screenState } from "../screen/screen";
import { MOBILITY, type MobilityWords } from "../strings/mobility";
import { ServiceView } from "../views/service-view";

export class MobilityView extends ServiceView {
  protected get say(): MobilityWords {
    return MOBILITY[screenState.language];
  }

  /** The word for a code; the code itself where there is none. */
  protected wordOf(words: Readonly<Record<string, string>>, code: string): string {
    return words[code] ?? code;
  }

  /** The same in every language, for what others pick from: labels of values. */
  protected inAll(words: (say: MobilityWords) => string): Text {
    return { id: words(MOBILITY.id), en: words(MOBILITY.en), ja: words(MOBILITY.ja) };
  }
}
