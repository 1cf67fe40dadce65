/** Starts the console. */
import "./frame/pinisi-console";
import { openPlace } from "./live/open-place";
import { store } from "./live/store";
import { screenState } from "./screen/screen";

screenState.start();
openPlace.follow();
void store.start();
