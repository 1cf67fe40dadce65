/** Base of the parts of this room: their words, what went wrong, names of areas. */
import { html, nothing } from "lit";
import { state } from "lit/decorators.js";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { PEOPLE, type PeopleWords } from "../strings/people";

export class PeopleView extends View {
  @state() protected problem = "";
  @state() protected busy = false;

  protected get said(): PeopleWords {
    return PEOPLE[screenState.language];
  }

  protected get areaNames(): ReadonlyMap<string, string> {
    return new Map((store.areas ?? []).map(({ code, name }) => [code, name]));
  }

  protected may(permission: string): boolean {
    return store.session?.permissions.includes(permission) ?? false;
  }

  /** Does something that the server may refuse, and says why it did. */
  protected async trying(act: () => Promise<void>): Promise<boolean> {
    Object.assign(this, { busy: true, problem: "" });
    try {
      await act();
      return true;
    } catch (cause) {
      this.problem = this.saidOf(cause);
      return false;
    } finally {
      this.busy = false;
    }
  }

  protected wrong() {
    return this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing;
  }
}
