/** Starts the console. */
import "./frame/pinisi-console";
import { areaFigures } from "./live/area-figures";
import { openPlace } from "./live/open-place";
import { store } from "./live/store";
import { screenState } from "./screen/screen";

screenState.start();
openPlace.follow();
areaFigures.follow();
void store.start();
