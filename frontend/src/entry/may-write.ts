/** Whether the reader may type anything at all: of the present, with the right to. What exactly, each form knows. */
import { store } from "../live/store";

export function mayWrite(): boolean {
  return store.past === null && (store.session?.permissions.includes("context.write") ?? false);
}
