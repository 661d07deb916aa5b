/**
 * A chain of layers on a plane, in the convention of ProxylessNAS (arXiv 1812.00332, figure 5): layers from left to right,
 * a block's colour says its kernel and expansion, its height its channels. Here a layer may keep several blocks; they lie
 * one under another, and their sum, with the shortcut where there is one, is the layer's output. Pure.
 */
import type { MbconvShape } from '../../../domain/operations/mbconv.ts';

export interface ChainBlock extends MbconvShape {
  readonly alive: boolean;
  /** Of its output filters, those left. */
  readonly left: number;
  readonly regrown: boolean;
}

export interface ChainLayer {
  readonly index: number;
  readonly group: number;
  /** Output channels, before pruning. */
  readonly channels: number;
  /** Pixels a side of its output. */
  readonly size: number;
  readonly stride: number;
  readonly shortcut: boolean;
  /** Those to draw: all candidates, or only live ones. */
  readonly blocks: readonly ChainBlock[];
}

/** What is not searched: before the first layer and after the last. */
export interface ChainEnd {
  readonly title: string;
  readonly note: string;
}

export interface PlacedBlock {
  readonly block: ChainBlock;
  /** Left top corner; the height is that of all its filters. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Width of the filters that are left, of all in it. */
  readonly filled: number;
}

export interface PlacedLayer {
  readonly layer: ChainLayer;
  /** No block is alive: its input is its output. */
  readonly gone: boolean;
  readonly x: number;
  readonly width: number;
  /** Height of the line through the chain. */
  readonly y: number;
  readonly blocks: readonly PlacedBlock[];
  /** Where the input divides and where outputs are added, on the line. */
  readonly split: number;
  readonly sum: number;
  /** Of the shortcut; null = there is none. */
  readonly arc: number | null;
}

/** Text and a line over layers of equal channels, as far as they stand in one row. */
export interface PlacedGroup {
  readonly group: number;
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly layer: ChainLayer;
}

export interface PlacedEnd {
  readonly end: ChainEnd;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ChainLayout {
  readonly width: number;
  readonly height: number;
  readonly layers: readonly PlacedLayer[];
  readonly groups: readonly PlacedGroup[];
  readonly ends: readonly PlacedEnd[];
  /** Polylines between what follows one another. */
  readonly links: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

const block = { width: 76, least: 17, most: 34, gap: 4 };
/** Around the blocks of a layer: before them, and behind them with the sum. */
const sides = { left: 13, right: 28 };
const pitch = sides.left + block.width + sides.right;
const between = 12;
const endBox = { width: 84, height: 40, gap: 18 };
/** Over the blocks: the group's heading and the shortcut. Under them: the layer's name and size. */
const head = 44;
const foot = 40;
const rowGap = 14;
/** Of a wide screen's panel: rows are broken so that the picture fills it best. */
const aspect = 2.4;

/** @param top space over it. */
export function layoutChain(
  layers: readonly ChainLayer[],
  before: readonly ChainEnd[],
  after: readonly ChainEnd[],
  top = 0,
): ChainLayout {
  const widest = Math.max(1, ...layers.map(({ channels }) => channels));
  const all = layers.map((_, i) => inRows(layers, i + 1, widest, before, after, top));
  const scale = ({ width, height }: ChainLayout): number => Math.min(aspect / width, 1 / height);
  const [first, ...others] = all;
  if (!first) return { width: 0, height: top, layers: [], groups: [], ends: [], links: [] };
  return others.reduce((best, one) => (scale(one) > scale(best) ? one : best), first);
}

type Point = { readonly x: number; readonly y: number };

function inRows(
  layers: readonly ChainLayer[],
  perRow: number,
  widest: number,
  before: readonly ChainEnd[],
  after: readonly ChainEnd[],
  top: number,
): ChainLayout {
  const placed: PlacedLayer[] = [];
  const groups: PlacedGroup[] = [];
  const ends: PlacedEnd[] = [];
  const links: Point[][] = [];
  let y = top;
  let width = 0;
  let from: Point | null = null;
  const startX = before.length * (endBox.width + endBox.gap);
  for (let first = 0; first < layers.length; first += perRow) {
    const row = layers.slice(first, first + perRow);
    const tallest = Math.max(endBox.height, ...row.map((layer) => stackHeight(layer, widest)));
    const middle = y + head + tallest / 2;
    let x = startX;
    if (first === 0)
      before.forEach((end, i) => {
        const at = placeEnd(end, i * (endBox.width + endBox.gap), middle);
        ends.push(at);
        if (from) links.push([from, { x: at.x, y: middle }]);
        from = { x: at.x + at.width, y: middle };
      });
    for (const layer of row) {
      const own = placeLayer(layer, x, middle, widest);
      if (from)
        links.push(
          from.y === middle
            ? [from, { x, y: middle }]
            : turn(from, { x, y: middle }, y - rowGap / 2),
        );
      placed.push(own);
      from = { x: own.x + own.width, y: middle };
      const open = groups.at(-1);
      if (open && open.group === layer.group && open.y === y + 12)
        groups[groups.length - 1] = { ...open, width: own.x + own.width - open.x };
      else groups.push({ group: layer.group, x, width: own.width, y: y + 12, layer });
      x += pitch + between;
    }
    if (first + perRow >= layers.length)
      after.forEach((end, i) => {
        const at = placeEnd(
          end,
          x - between + endBox.gap + i * (endBox.width + endBox.gap),
          middle,
        );
        ends.push(at);
        if (from) links.push([from, { x: at.x, y: middle }]);
        from = { x: at.x + at.width, y: middle };
      });
    width = Math.max(width, from?.x ?? 0);
    y += head + tallest + foot + rowGap;
  }
  return { width, height: y - rowGap, layers: placed, groups, ends, links };
}

/** From the end of one row to the start of the next. */
const turn = (from: Point, to: Point, between: number): Point[] => [
  from,
  { x: from.x + 8, y: from.y },
  { x: from.x + 8, y: between },
  { x: to.x - 14, y: between },
  { x: to.x - 14, y: to.y },
  to,
];

const placeEnd = (end: ChainEnd, x: number, middle: number): PlacedEnd => ({
  ...{ end, x, y: middle - endBox.height / 2, width: endBox.width, height: endBox.height },
});

const blockHeight = ({ channels }: ChainLayer, widest: number): number =>
  block.least + (block.most - block.least) * (channels / widest);

function stackHeight(layer: ChainLayer, widest: number): number {
  const count = layer.blocks.length;
  return count * blockHeight(layer, widest) + Math.max(0, count - 1) * block.gap;
}

function placeLayer(layer: ChainLayer, x: number, middle: number, widest: number): PlacedLayer {
  const height = blockHeight(layer, widest);
  const top = middle - stackHeight(layer, widest) / 2;
  const blocks = layer.blocks.map((own, i): PlacedBlock => {
    const y = top + i * (height + block.gap);
    const filled = own.alive ? block.width * Math.min(1, own.left / layer.channels) : 0;
    return { block: own, x: x + sides.left, y, width: block.width, height, filled };
  });
  const gone = layer.blocks.every(({ alive }) => !alive);
  return {
    ...{ layer, gone, x, width: pitch, y: middle, blocks },
    split: x + 5,
    sum: x + sides.left + block.width + 15,
    arc: layer.shortcut ? Math.min(top, middle - 10) - 10 : null,
  };
}
