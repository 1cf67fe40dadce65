/** Base of the components of mobility: they speak its words. */
import { screenState } from "../screen/screen";
import { MOBILITY, type MobilityWords } from "../strings/mobility";
import { ServiceView } from "../views/service-view";

export class MobilityView extends ServiceView {
  protected get say(): MobilityWords {
    return MOBILITY[screenState.language];
  }
}
