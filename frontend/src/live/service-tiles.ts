/** The tiles of services as they were read last, beside those of Now. */
import type { Tile } from "../api/types";
import { views } from "../api/views";
import { store } from "./store";

class ServiceTiles {
  all: readonly Tile[] = [];

  async read(): Promise<void> {
    this.all = await views.tiles(store.past);
  }

  of(service: string): readonly Tile[] {
    return this.all.filter((tile) => tile.service === service);
  }
}

export const serviceTiles = new ServiceTiles();
