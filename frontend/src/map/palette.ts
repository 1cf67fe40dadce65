/** The map's colours, read from the document's tokens so that both follow one theme. */

export interface Palette {
  water: string;
  land: string;
  city: string;
  cityline: string;
  districtline: string;
  label: string;
  road: string;
  roadMajor: string;
  ink: string;
  ink2: string;
  accent: string;
  surface: string;
  danger: string;
  caution: string;
  information: string;
  hues: readonly string[];
  /** From the lowest class of figures to the highest: one hue, so that lightness alone tells them apart. */
  classes: readonly string[];
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    water: token("water"),
    land: token("land"),
    city: token("city"),
    cityline: token("cityline"),
    districtline: token("districtline"),
    label: token("label"),
    road: token("road"),
    roadMajor: token("road-major"),
    ink: token("ink"),
    ink2: token("ink2"),
    accent: token("accent"),
    surface: token("surface"),
    danger: token("danger"),
    caution: token("caution"),
    information: token("ink2"),
    hues: Array.from({ length: 10 }, (_, hue) => token(`hue-${hue}`)),
    classes: [1, 2, 3, 4, 5].map((step) => token(`class-${step}`)),
  };
}
