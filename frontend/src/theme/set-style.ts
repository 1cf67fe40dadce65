/**
 * Sets style properties of an element through its object model. Lit's own `styleMap` writes the attribute at first,
 * which `style-src 'self'` forbids.
 */
import { noChange } from "lit";
import { Directive, directive, type AttributePart, type DirectiveParameters } from "lit/directive.js";

class SetStyle extends Directive {
  private before: readonly string[] = [];

  render(_properties: Readonly<Record<string, string>>): unknown {
    return noChange;
  }

  override update(part: AttributePart, [properties]: DirectiveParameters<this>): unknown {
    const { style } = part.element as HTMLElement;
    for (const name of this.before) if (!(name in properties)) style.removeProperty(name);
    for (const [name, value] of Object.entries(properties)) style.setProperty(name, value);
    this.before = Object.keys(properties);
    return noChange;
  }
}

export const setStyle = directive(SetStyle);
