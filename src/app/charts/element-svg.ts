/**
 * A part of the page as an SVG of its own: text stays text, drawings stay vectors. Canvases draw themselves again into
 * it; what scrolls is shown whole.
 */
import { repaintInto } from './canvas.ts';

const namespace = 'http://www.w3.org/2000/svg';
/** Controls, and what is there for those who do not see the drawing. */
const left = '.panel-actions, .visually-hidden, .readout, .chips, button, select, input, summary';
/** Of the height of a line of text, over its baseline (IBM Plex Sans). */
const ascent = 0.79;
const padding = 12;

type Attributes = Readonly<Record<string, string | number>>;

function make<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

interface Place {
  left: number;
  top: number;
}

/** @returns a drawing with a view box of CSS pixels. */
export async function elementSvg(root: HTMLElement): Promise<SVGSVGElement> {
  const box = root.getBoundingClientRect();
  const origin = { left: box.left - padding, top: box.top - padding };
  const hidden = [...root.querySelectorAll<HTMLElement>('.table-scroll, .log, [role=listbox]')].map(
    (element) => ({
      down: Math.max(0, element.scrollHeight - element.clientHeight),
      across: Math.max(0, element.scrollWidth - element.clientWidth),
    }),
  );
  const most = (key: 'down' | 'across'): number => Math.max(0, ...hidden.map((one) => one[key]));
  const width = Math.ceil(box.width + most('across')) + 2 * padding;
  const height = Math.ceil(box.height + most('down')) + 2 * padding;
  const svg = make('svg', { viewBox: `0 0 ${width} ${height}` });
  await draw(root, origin, svg);
  return svg;
}

async function draw(node: Node, origin: Place, into: SVGElement): Promise<void> {
  if (node instanceof Text) return drawText(node, origin, into);
  if (!(node instanceof Element) || node.matches(left)) return;
  const style = getComputedStyle(node);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  const rect = node.getBoundingClientRect();
  const place = { x: rect.left - origin.left, y: rect.top - origin.top };
  if (node instanceof SVGSVGElement) {
    into.append(copyOf(node, { ...place, width: rect.width, height: rect.height }));
    return;
  }
  if (node instanceof HTMLCanvasElement) {
    const drawn = await repaintInto(node);
    if (!drawn) return;
    for (const [key, value] of Object.entries(place)) drawn.setAttribute(key, String(value));
    into.append(drawn);
    return;
  }
  drawBox(style, rect, place, into);
  for (const child of node.childNodes) await draw(child, origin, into);
}

/** Background and the lines above and below: what tables and bars are made of. */
function drawBox(
  style: CSSStyleDeclaration,
  { width, height }: DOMRect,
  { x, y }: { x: number; y: number },
  into: SVGElement,
): void {
  const back = style.backgroundColor;
  if (back !== 'rgba(0, 0, 0, 0)' && back !== 'transparent' && width > 0 && height > 0) {
    const rx = Math.min(Number.parseFloat(style.borderRadius) || 0, height / 2);
    into.append(make('rect', { x, y, width, height, rx, fill: back, opacity: style.opacity }));
  }
  const line = (side: 'Top' | 'Bottom', at: number): void => {
    const thick = Number.parseFloat(style[`border${side}Width`]);
    if (!(thick > 0) || style[`border${side}Style`] === 'none') return;
    const stroke = style[`border${side}Color`];
    into.append(
      make('line', { x1: x, x2: x + width, y1: at, y2: at, stroke, 'stroke-width': thick }),
    );
  };
  line('Top', y);
  if (Number.parseFloat(style.borderLeftWidth) === 0) line('Bottom', y + height);
}

/** Word by word, joined where they stand in one line. */
function drawText(node: Text, origin: Place, into: SVGElement): void {
  const parent = node.parentElement;
  if (!parent || !node.data.trim()) return;
  const style = getComputedStyle(parent);
  const lines: { x: number; top: number; height: number; text: string }[] = [];
  for (const { 0: word, index } of node.data.matchAll(/\S+\s*/g)) {
    const range = document.createRange();
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    const [rect] = range.getClientRects();
    if (!rect) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.top - rect.top) < 2) last.text += word;
    else lines.push({ x: rect.left, top: rect.top, height: rect.height, text: word });
  }
  for (const { x, top, height, text } of lines) {
    const element = make('text', {
      x: x - origin.left,
      y: top - origin.top + ascent * height,
      fill: style.color,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
    });
    element.textContent = text.trim();
    into.append(element);
  }
}

const painted = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray'],
  ...['stroke-linecap', 'opacity', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline'],
  ...['vector-effect', 'color'],
];

/** Colours and type that classes gave it are written into it. */
function copyOf(svg: SVGSVGElement, place: Attributes): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((element, i) => {
    const style = getComputedStyle(originals[i]!);
    for (const name of painted) {
      const value = style.getPropertyValue(name);
      if (value) element.setAttribute(name, value);
    }
    for (const name of ['class', 'style', 'tabindex', 'role']) element.removeAttribute(name);
  });
  for (const [key, value] of Object.entries(place)) copy.setAttribute(key, String(value));
  return copy;
}
