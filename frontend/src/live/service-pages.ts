/** The pages and components that services bring here: read once, and again when the picture was read anew. */
import { type ServicePage, views } from "../api/views";
import { store } from "./store";

/** As the address bar names a page: `mobility/signals`. */
export function addressOf({ service, id }: ServicePage): string {
  return `${service}/${id}`;
}

class ServicePages {
  /** Null until they were read. */
  private all: readonly ServicePage[] | null = null;
  private readFor = -1;

  /** Whether it is known what there is. */
  get known(): boolean {
    return this.need() !== null;
  }

  /** Pages that stand by themselves. */
  get own(): readonly ServicePage[] {
    return (this.need() ?? []).filter(({ type }) => type === null);
  }

  /** What stands on the page of a thing of this type. */
  of(type: string): readonly ServicePage[] {
    return (this.need() ?? []).filter((page) => page.type === type);
  }

  at(address: string | null): ServicePage | null {
    return (this.need() ?? []).find((page) => addressOf(page) === address) ?? null;
  }

  private need(): readonly ServicePage[] | null {
    if (this.readFor !== store.generation && store.phase === "ready") void this.read(store.generation);
    return this.all;
  }

  private async read(generation: number): Promise<void> {
    this.readFor = generation;
    this.all = await views.pages().catch(() => this.all ?? []);
    store.dispatchEvent(new Event("change"));
  }
}

export const servicePages = new ServicePages();
