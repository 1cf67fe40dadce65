/** Which figures shade the map and what its heat counts, as the address writes them. */

export type Level = "kelurahan" | "kecamatan";
export type Measure = "count" | "sum" | "mean";
export type Per = "area" | "population";
/** How the limits of classes are found. */
export type Classing = "quantile" | "natural";

/** Figures of areas: of a layer's things, or an indicator. */
export interface Shade {
  layer: string | null;
  indicator: string | null;
  measure: Measure;
  attribute: string | null;
  level: Level;
  per: Per | null;
  classing: Classing;
}

/** Density of a layer's points, or of the open events, within so many metres. */
export interface Heat {
  of: string;
  radius: number;
}

export const EVENTS = "events";
export const RADII = [250, 500, 1000] as const;
const SHADE = /^(?:layer:([^:@]+):(?:(count)|(sum|mean):([^:@]+))|indicator:([^:@]+))@(kelurahan|kecamatan)(?:\/(area|population))?(~natural)?$/;

export function readShade(text: string | null): Shade | null {
  const found = SHADE.exec(text ?? "");
  if (!found) return null;
  const [, layer = null, , measure, attribute = null, indicator = null, level, per = null, natural] = found;
  return { layer, indicator, measure: (measure ?? "count") as Measure, attribute, level: level as Level, per: per as Per | null, classing: natural ? "natural" : "quantile" };
}

export function shadeText({ layer, indicator, measure, attribute, level, per, classing }: Shade): string {
  const what = indicator ? `indicator:${indicator}` : `layer:${layer}:${measure}${attribute ? `:${attribute}` : ""}`;
  return `${what}@${level}${per ? `/${per}` : ""}${classing === "natural" ? "~natural" : ""}`;
}

/** What the server is asked for. */
export function shadeQuery({ layer, indicator, measure, attribute, level, per, classing: method }: Shade): Record<string, string | null> {
  return indicator ? { indicator, level, method } : { layer, measure, attribute, level, per, method };
}

export function readHeat(text: string | null): Heat | null {
  const [of, radius] = (text ?? "").split(":");
  const metres = RADII.find((known) => String(known) === radius);
  return of && metres ? { of, radius: metres } : null;
}

export function heatText({ of, radius }: Heat): string {
  return `${of}:${radius}`;
}
