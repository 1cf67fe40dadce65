/** Symbols drawn to images when the map first asks for them, sharp at the screen's own pixel ratio. */
import type { Severity, Shape } from "../api/types";
import type { Palette } from "./palette";
import { type Outline, OUTLINES, SEVERITY_OUTLINES } from "./shapes";

/** Side of a symbol's square in CSS pixels: the shape itself is 7 to 9 of them. */
const SIDE = 16;
const GROWN = 1.6;

/** `theme` makes the name of an image unique to its colours. */
export function symbolName(theme: string, shape: Shape, hue: number, grown = false): string {
  return ["layer", theme, shape, hue % 10, grown ? "grown" : ""].join(" ");
}

/** The symbol of a thing whose position is old, or whose source does not deliver: hollow and hatched. */
export function staleName(theme: string, shape: Shape, hue: number, grown = false): string {
  return ["stale", theme, shape, hue % 10, grown ? "grown" : ""].join(" ");
}

export function severityName(theme: string, severity: Severity, taken: boolean, grown = false): string {
  return ["severity", theme, severity, taken ? 1 : 0, grown ? "grown" : ""].join(" ");
}

/** A ring around what differs between two moments; with a sign, so that colour alone never tells it. */
export function differenceName(theme: string, kind: string): string {
  return ["difference", theme, kind].join(" ");
}

/** Draws the image that a name stands for; null for a name that is none of ours. */
export function drawSymbol(name: string, palette: Palette, scale: number): ImageData | null {
  const [kind, , what, variant, grown] = name.split(" ");
  if (kind === "hatch") return drawHatch(palette, scale);
  const size = SIDE * scale * (grown ? GROWN : 1);
  if (kind === "layer") {
    const colour = palette.hues[Number(variant)] ?? palette.ink;
    return draw(OUTLINES[what as Shape], colour, palette, size, grown === "grown");
  }
  if (kind === "stale") {
    const colour = palette.hues[Number(variant)] ?? palette.ink;
    return draw({ ...OUTLINES[what as Shape], hollow: true }, colour, palette, size, grown === "grown", true);
  }
  if (kind === "difference") return drawRing(what ?? "", palette, 2 * SIDE * scale);
  if (kind !== "severity") return null;
  const outline = SEVERITY_OUTLINES[what as Severity];
  const taken = { ...outline, hollow: outline.hollow || variant === "1" };
  return draw(taken, palette[what as Severity], palette, size * 1.1, grown === "grown");
}

/** In a square of 32: a ring, above it a plus for what appeared, a minus for what disappeared. */
function drawRing(kind: string, palette: Palette, side: number): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(side);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.scale(side / 32, side / 32);
  const path = new Path2D("M16 8a8 8 0 1 0 .01 0z");
  if (kind !== "changed") path.addPath(new Path2D("M24 6h7"));
  if (kind === "appeared") path.addPath(new Path2D("M27.500 2.500v7"));
  if (kind === "disappeared") pen.setLineDash([3, 2]);
  for (const [width, colour] of [[4, palette.city], [2, palette.ink]] as const) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke(path);
  }
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function draw(outline: Outline, colour: string, palette: Palette, size: number, grown: boolean, hatched = false): ImageData | null {
  const canvas = document.createElement("canvas");
  const side = Math.ceil(size + 4);
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.translate((side - size) / 2, (side - size) / 2);
  pen.scale(size / SIDE, size / SIDE);
  const path = new Path2D(outline.path);
  pen.lineJoin = "round";
  // A rim of the ground's colour keeps neighbours apart.
  pen.lineWidth = outline.hollow ? 3.6 : 1.8;
  pen.strokeStyle = palette.city;
  pen.stroke(path);
  pen.fillStyle = outline.hollow ? palette.city : colour;
  pen.fill(path);
  if (hatched) hatch(pen, path, colour);
  if (outline.hollow || grown) {
    pen.lineWidth = outline.hollow ? 1.5 : 1;
    pen.strokeStyle = outline.hollow ? colour : palette.ink;
    pen.stroke(path);
  }
  return pen.getImageData(0, 0, side, side);
}

function hatch(pen: CanvasRenderingContext2D, path: Path2D, colour: string): void {
  pen.save();
  pen.clip(path);
  pen.lineWidth = 1;
  pen.strokeStyle = colour;
  pen.beginPath();
  for (let x = -SIDE; x < SIDE; x += 3) {
    pen.moveTo(x, SIDE);
    pen.lineTo(x + SIDE, 0);
  }
  pen.stroke();
  pen.restore();
}

/** The pattern of an area of which nothing is known: it repeats without a seam. */
function drawHatch(palette: Palette, scale: number): ImageData | null {
  const side = Math.round(8 * scale);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.fillStyle = palette.city;
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = palette.label;
  pen.lineWidth = scale;
  pen.beginPath();
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift, side);
    pen.lineTo(shift + side, 0);
  }
  pen.stroke();
  return pen.getImageData(0, 0, side, side);
}

/** How many pixels at each side of a square picture are empty. */
export function emptyMargin({ data, width }: Pick<ImageData, "data" | "width">): number {
  let margin = Math.floor(width / 2);
  for (let at = 3; at < data.length; at += 4) {
    if ((data[at] ?? 0) < 8) continue;
    const [x, y] = [((at - 3) / 4) % width, Math.floor((at - 3) / 4 / width)];
    margin = Math.min(margin, x, y, width - 1 - x, width - 1 - y);
  }
  return margin;
}
