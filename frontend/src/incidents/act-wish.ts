/** A key asked for a form of an incident: the incident's own part opens it, now or once it is on screen. */
export type ActForm =
  | "note"
  | "hand"
  | "shelve"
  | "triage"
  | "assign"
  | "withdraw"
  | "resolve"
  | "reject"
  | "break-glass"
  | "answer"
  | "close"
  | "reopen"
  | "merge"
  | "unmerge";

class ActWish extends EventTarget {
  private wished: { id: string; form: ActForm } | null = null;

  ask(id: string, form: ActForm): void {
    this.wished = { id, form };
    this.dispatchEvent(new Event("wish"));
  }

  /** The form that is wished for this incident; asked once. */
  take(id: string): ActForm | null {
    if (this.wished?.id !== id) return null;
    const { form } = this.wished;
    this.wished = null;
    return form;
  }
}

export const actWish = new ActWish();
