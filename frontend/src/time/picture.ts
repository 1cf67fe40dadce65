/** A drawing with what it shows below it, as a PNG that the browser keeps. */

import type { Map as MapLibre } from "maplibre-gl";

export interface LegendEntry {
  /** Its symbol as the map draws it. */
  symbol: ImageData | null;
  label: string;
}

export interface Caption {
  title: string;
  /** Marks that must not be missed: the past, a replay. */
  mark: string;
  legend: readonly LegendEntry[];
  lines: readonly string[];
}

const MARGIN = 16;
const LINE = 18;
const TITLE = 26;
const FACE = '"IBM Plex Sans", sans-serif';

export function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext("2d")?.drawImage(canvas, 0, 0);
  return copy;
}

/** The map as it is drawn next. Its drawing buffer is kept only while a frame is drawn: it is copied within one. */
export function nextFrame(map: MapLibre): Promise<HTMLCanvasElement> {
  const copy = new Promise<HTMLCanvasElement>((resolve) => map.once("render", () => resolve(copyOf(map.getCanvas()))));
  map.triggerRepaint();
  return copy;
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Cuts a text into lines of a width. */
function wrapped(pen: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && pen.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

export function compose(drawing: HTMLCanvasElement, caption: Caption): HTMLCanvasElement {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(480, Math.round(drawing.width / ratio));
  const drawn = (drawing.height / drawing.width) * width;
  const page = document.createElement("canvas");
  const pen = page.getContext("2d");
  if (!pen) return page;
  pen.font = `13px ${FACE}`;
  const inner = width - 2 * MARGIN;
  const lines = caption.lines.flatMap((line) => wrapped(pen, line, inner));
  const above = TITLE + MARGIN + (caption.mark ? LINE + 8 : 0);
  const below = MARGIN + LINE * (lines.length + caption.legend.length) + MARGIN;
  page.width = width * ratio;
  page.height = (above + drawn + below) * ratio;
  pen.scale(ratio, ratio);
  pen.fillStyle = token("--surface");
  pen.fillRect(0, 0, width, above + drawn + below);
  drawMark(pen, caption.mark, width);
  pen.fillStyle = token("--ink");
  pen.font = `600 16px ${FACE}`;
  pen.fillText(caption.title, MARGIN, above - MARGIN + 4, inner);
  pen.drawImage(drawing, 0, above, width, drawn);
  drawBelow(pen, caption.legend, lines, above + drawn + MARGIN);
  return page;
}

function drawMark(pen: CanvasRenderingContext2D, mark: string, width: number): void {
  if (!mark) return;
  pen.fillStyle = token("--past");
  pen.fillRect(0, 0, width, LINE + 8);
  pen.fillStyle = "#ffffff";
  pen.font = `600 13px ${FACE}`;
  pen.fillText(mark, MARGIN, LINE, width - 2 * MARGIN);
}

function drawBelow(pen: CanvasRenderingContext2D, legend: readonly LegendEntry[], lines: readonly string[], top: number): void {
  let y = top + 12;
  pen.font = `13px ${FACE}`;
  for (const { symbol, label } of legend) {
    drawSymbolAt(pen, symbol, y - 13);
    pen.fillStyle = token("--ink");
    pen.fillText(label, MARGIN + 18, y);
    y += LINE;
  }
  pen.fillStyle = token("--ink2");
  for (const line of lines) {
    pen.fillText(line, MARGIN, y);
    y += LINE;
  }
}

function drawSymbolAt(pen: CanvasRenderingContext2D, symbol: ImageData | null, top: number): void {
  if (!symbol) return;
  const own = document.createElement("canvas");
  own.width = symbol.width;
  own.height = symbol.height;
  own.getContext("2d")?.putImageData(symbol, 0, 0);
  pen.drawImage(own, MARGIN - 2, top, 16, 16);
}

/** Composes the picture and hands it to the browser as a download. */
export async function savePicture(drawing: HTMLCanvasElement, caption: Caption, name: string): Promise<void> {
  const page = compose(drawing, caption);
  const blob = await new Promise<Blob | null>((resolve) => page.toBlob(resolve, "image/png"));
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `pinisi-${name}-${new Date().toISOString().slice(0, 16).replace(/[-:]/g, "")}Z.png`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
