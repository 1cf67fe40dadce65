/** Which entities changed lately, and at which position: bounded, the longest untouched are forgotten first. */

const MOST = 2_000;

export class Touched {
  private readonly positions = new Map<string, number>();

  note(ids: Iterable<string>, position: number): void {
    for (const id of ids) {
      this.positions.delete(id);
      this.positions.set(id, position);
    }
    for (const id of this.positions.keys()) {
      if (this.positions.size <= MOST) break;
      this.positions.delete(id);
    }
  }

  /** Position of its last change; 0 when none is remembered. */
  of(id: string): number {
    return this.positions.get(id) ?? 0;
  }
}
