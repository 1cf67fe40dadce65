/**
 * A deck.gl layer of small pictures as points: one vertex a symbol, placed by the processor in clip space.
 * deck.gl's own IconLayer costs about ten times as much a symbol where no graphics card helps (quads, 64-bit projection).
 */
import { Layer, type UpdateParameters } from "@deck.gl/core";
import { Buffer, type Texture } from "@luma.gl/core";
import { Model } from "@luma.gl/engine";

/** Numbers that a symbol takes: x, y in clip space, which picture of the sheet, side in pixels of the canvas. */
export const NUMBERS = 4;

export interface SymbolProps {
  id: string;
  /** Square pictures side by side. */
  sheet: HTMLCanvasElement;
  places: Float32Array;
  count: number;
}

const VERTEX = `#version 300 es
in vec4 places;
flat out float picture;
void main() {
  gl_Position = vec4(places.xy, 0.0, 1.0);
  gl_PointSize = places.w;
  picture = places.z;
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D sheet;
flat in float picture;
out vec4 colour;
void main() {
  ivec2 size = textureSize(sheet, 0);
  colour = texture(sheet, vec2((gl_PointCoord.x + picture) * float(size.y) / float(size.x), gl_PointCoord.y));
}`;

interface State extends Record<string, unknown> {
  model: Model;
  buffer: Buffer;
  texture: Texture | null;
}

export class SymbolLayer extends Layer<SymbolProps> {
  static override layerName = "SymbolLayer";
  declare state: State;

  override initializeState(): void {
    const { device } = this.context;
    const buffer = device.createBuffer({ usage: Buffer.VERTEX | Buffer.COPY_DST, byteLength: 4 * NUMBERS });
    const model = new Model(device, {
      id: this.props.id,
      vs: VERTEX,
      fs: FRAGMENT,
      topology: "point-list",
      bufferLayout: [{ name: "places", format: "float32x4" }],
      attributes: { places: buffer },
      vertexCount: 0,
      parameters: {
        depthWriteEnabled: false,
        depthCompare: "always",
        blend: true,
        blendColorSrcFactor: "src-alpha",
        blendColorDstFactor: "one-minus-src-alpha",
        blendAlphaSrcFactor: "one",
        blendAlphaDstFactor: "one-minus-src-alpha",
      },
    });
    this.state = { model, buffer, texture: null };
  }

  override updateState({ props, oldProps }: UpdateParameters<Layer<SymbolProps>>): void {
    if (props.sheet !== oldProps.sheet || !this.state.texture) this.load(props.sheet);
    if (props.places !== oldProps.places) this.place(props);
    else this.state.buffer.write(props.places.subarray(0, NUMBERS * props.count));
    this.state.model.setVertexCount(props.count);
  }

  override draw(): void {
    const { model, texture } = this.state;
    if (texture && this.props.count) model.draw(this.context.renderPass);
  }

  override finalizeState(): void {
    this.state.model.destroy();
    this.state.buffer.destroy();
    this.state.texture?.destroy();
  }

  /** Its shaders know none of deck.gl's modules, so deck.gl has none to set. */
  override getModels(): Model[] {
    return [];
  }

  private load(sheet: HTMLCanvasElement): void {
    this.state.texture?.destroy();
    const { width, height } = sheet;
    const texture = this.context.device.createTexture({
      format: "rgba8unorm",
      width,
      height,
      // Each picture is drawn at its own size: nothing to smooth.
      sampler: { minFilter: "nearest", magFilter: "nearest", addressModeU: "clamp-to-edge", addressModeV: "clamp-to-edge" },
    });
    texture.copyExternalImage({ image: sheet, width, height });
    this.state.texture = texture;
    this.state.model.setBindings({ sheet: texture });
  }

  private place({ places }: SymbolProps): void {
    this.state.buffer.destroy();
    this.state.buffer = this.context.device.createBuffer({ usage: Buffer.VERTEX | Buffer.COPY_DST, data: places });
    this.state.model.setAttributes({ places: this.state.buffer });
  }
}
