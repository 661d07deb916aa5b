declare module 'svgcanvas/dist/svgcanvas.esm.js' {
  /** Canvas calls in, SVG out. */
  export class Context {
    constructor(width: number, height: number);
    /** The drawing itself, not in any document. */
    getSvg(): SVGSVGElement;
    /** @param fixNamedEntities writes named entities as numbers, as XML wants them. */
    getSerializedSvg(fixNamedEntities?: boolean): string;
  }
}
