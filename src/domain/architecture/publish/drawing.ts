/**
 * Cells as one SVG in the field's convention (DARTS, arXiv 1806.09055, figures 4 and 5): the two inputs at the left, numbered
 * nodes, the output at the right, operations on the edges. Every edge has a lane of its own, so that no label lies on another.
 */
import {
  inputStates,
  isInput,
  nodeOf,
  nodeState,
  nodeStates,
  outputState,
} from '../../spaces/cells.ts';
import { operationTable } from '../../operations/registry.ts';
import type { Architecture } from '../schema.ts';
import { distinctCells, edgesOf } from './cells.ts';
import type { Cell } from './cells.ts';
import { cellSettings } from '../../spaces/settings.ts';
import { escapeXml } from './xml.ts';

const box = { width: 64, height: 34 };
const column = 190;
const line = 15;
const gap = 12;
const colours = {
  input: '#b4eeb4',
  node: '#add8e6',
  output: '#eee8aa',
  line: '#555',
  text: '#111',
};

interface Lane {
  readonly from: number;
  readonly to: number;
  readonly labels: readonly string[];
  /** Middle of its label, against the nodes' line. */
  readonly y: number;
}

export function cellsSvg(architecture: Architecture): string {
  const { nodes } = cellSettings(architecture.settings.space);
  const width = 60 + column * (nodes + 1) + box.width + 40;
  let top = 0;
  const drawn = distinctCells(architecture).map(({ cell, title }) => {
    const { svg, height } = drawCell(cell, title, nodes);
    const place = `<g transform="translate(0 ${top})">${svg}</g>`;
    top += height;
    return place;
  });
  const name = architecture.origin?.name ?? `Network for ${architecture.dataset.name}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" font-family="Helvetica, Arial, sans-serif" font-size="13" role="img" aria-label="${escapeXml(name)}: its cells">
<rect width="${width}" height="${top}" fill="#fff"/>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colours.line}"/></marker></defs>
${drawn.join('\n')}
</svg>
`;
}

function drawCell(cell: Cell, title: string, nodes: number): { svg: string; height: number } {
  const lanes = lanesOf(cell);
  const highest = Math.min(-box.height, ...lanes.map(({ y, labels }) => y - half(labels)));
  const lowest = Math.max(box.height, ...lanes.map(({ y, labels }) => y + half(labels)));
  const middle = 44 - highest;
  const height = middle + lowest + 34;
  const spread = Math.max(box.height + 10, Math.min(-highest, lowest) * 0.5);
  const place = (state: number): { x: number; y: number } =>
    isInput(state)
      ? { x: 60, y: middle + (state === inputStates[0] ? -spread / 2 : spread / 2) }
      : { x: 60 + column * (nodeOf(state) + 1), y: middle };
  const output = outputState(nodes);
  const curves = lanes.map(({ from, to, labels, y }) =>
    edge(place(from), place(to), middle + y, labels),
  );
  const outs = nodeStates(nodes).map((state) => {
    const [a, b] = [place(state), place(output)];
    const under = middle + lowest + 6 + 2 * nodeOf(state);
    const straight = state === nodeState(nodes - 1);
    const path = straight
      ? `M${a.x + box.width / 2} ${a.y}L${b.x - box.width / 2} ${b.y}`
      : `M${a.x} ${a.y + box.height / 2}C${a.x} ${under} ${a.x + 20} ${under} ${a.x + 50} ${under}L${b.x - 60} ${under}C${b.x} ${under} ${b.x} ${under} ${b.x} ${b.y + box.height / 2}`;
    return `<path d="${path}" fill="none" stroke="${colours.line}" stroke-dasharray="4 3" marker-end="url(#arrow)"/>`;
  });
  const boxes = [
    ...inputStates.map((state) =>
      node(place(state), `c_{k-${inputStates.length - state}}`, colours.input),
    ),
    ...nodeStates(nodes).map((state) => node(place(state), String(nodeOf(state)), colours.node)),
    node(place(output), 'c_{k}', colours.output),
  ];
  const heading = `<text x="20" y="24" font-weight="bold" fill="${colours.text}">${escapeXml(title)}</text>`;
  return {
    svg: [
      heading,
      ...outs,
      ...curves.map(({ path }) => path),
      ...boxes,
      ...curves.map(({ label }) => label),
    ].join(''),
    height,
  };
}

const half = (labels: readonly string[]): number => (labels.length * line) / 2 + 4;

/** Edges from the first input and between nodes go above the nodes, those from the second below; the longer, the farther. */
function lanesOf(cell: Cell): Lane[] {
  const edges = edgesOf(cell).map(({ from, to, names }) => ({
    ...{ from, to },
    labels: names.map((name) => operationTable[name].name),
    above: from === inputStates[0] || (!isInput(from) && (to - from) % 2 === 0),
  }));
  return [true, false].flatMap((above) => {
    let reached = box.height / 2 + gap;
    return edges
      .filter((one) => one.above === above)
      .sort((a, b) => a.to - a.from - (b.to - b.from))
      .map(({ from, to, labels }) => {
        const size = 2 * half(labels);
        const y = reached + size / 2;
        reached += size + 4;
        return { from, to, labels, y: above ? -y : y };
      });
  });
}

function edge(
  a: { x: number; y: number },
  b: { x: number; y: number },
  y: number,
  labels: readonly string[],
): { path: string; label: string } {
  const [x1, x2] = [a.x + box.width / 2, b.x - box.width / 2];
  const middle = (x1 + x2) / 2;
  const reach = Math.min(60, (x2 - x1) / 2.2);
  const width = 9 + 7 * Math.max(...labels.map(({ length }) => length));
  const top = y - half(labels);
  return {
    path: `<path d="M${x1} ${a.y}C${x1 + reach} ${a.y} ${x1 + reach / 3} ${y} ${middle - width / 2} ${y}L${middle + width / 2} ${y}C${x2 - reach / 3} ${y} ${x2 - reach} ${b.y} ${x2} ${b.y}" fill="none" stroke="${colours.line}" marker-end="url(#arrow)"/>`,
    label:
      `<rect x="${middle - width / 2}" y="${top}" width="${width}" height="${2 * half(labels)}" rx="4" fill="#fff" stroke="#ccc"/>` +
      labels
        .map(
          (text, i) =>
            `<text x="${middle}" y="${top + 4 + line * (i + 0.78)}" text-anchor="middle" fill="${colours.text}">${escapeXml(text)}</text>`,
        )
        .join(''),
  };
}

function node({ x, y }: { x: number; y: number }, label: string, fill: string): string {
  const [name, index] = label.split('_');
  const text = index
    ? `${name}<tspan dy="4" font-size="10">${index.replace(/[{}]/g, '')}</tspan>`
    : escapeXml(label);
  return `<rect x="${x - box.width / 2}" y="${y - box.height / 2}" width="${box.width}" height="${box.height}" rx="5" fill="${fill}" stroke="${colours.line}"/><text x="${x}" y="${y + 5}" text-anchor="middle" fill="${colours.text}">${text}</text>`;
}
