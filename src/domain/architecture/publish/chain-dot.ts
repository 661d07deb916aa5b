/** A chain of blocks as Graphviz DOT: blocks from left to right, sums where a layer adds shortcut or several blocks. */
import type { Architecture } from '../schema.ts';
import { blockColour, blockLabel, chainParts, leftText } from './chain.ts';
import type { ChainPart } from './chain.ts';

export function chainDot(architecture: Architecture): string {
  const lines: string[] = [];
  let from = 'image';
  chainParts(architecture).forEach((part, i) => {
    from = part.kind === 'fixed' ? fixed(part, i, from, lines) : layer(part, from, lines);
  });
  const { imageSize, imageChannels } = architecture.dataset;
  return `digraph layers {
  rankdir=LR
  fontname="Helvetica"
  node [style=filled, shape=rect, align=center, fontname="Helvetica"]
  edge [fontname="Helvetica"]
  image [label="image\\n${imageChannels} x ${imageSize} x ${imageSize}", fillcolor=white]
${lines.join('\n')}
}
`;
}

const shape = ({ channels, size }: ChainPart): string =>
  `${leftText(channels)} x ${size} x ${size}`;

function fixed(
  part: ChainPart & { kind: 'fixed' },
  i: number,
  from: string,
  lines: string[],
): string {
  const id = `part${i}`;
  lines.push(
    `  ${id} [label="${part.label}\\n${shape(part)}", fillcolor=gray87]`,
    `  ${from} -> ${id}`,
  );
  return id;
}

/** @returns the node that the next part reads. */
function layer(part: ChainPart & { kind: 'layer' }, from: string, lines: string[]): string {
  const { index, shortcut, blocks } = part;
  const id = `layer${index + 1}`;
  if (blocks.length === 0) {
    lines.push(
      `  ${id} [label="layer ${index + 1}: gone", style=dashed, fontcolor=gray40]`,
      `  ${from} -> ${id} [style=dashed]`,
    );
    return id;
  }
  const ids = blocks.map((block, b) => {
    const own = blocks.length > 1 ? `${id}_${b}` : id;
    const text = `layer ${index + 1}: ${blockLabel(block)}\\n${leftText(block.inside)} inside\\n${leftText(block.filters)} x ${part.size} x ${part.size}`;
    lines.push(
      `  ${own} [label="${text}", fillcolor="${blockColour(block)}"]`,
      `  ${from} -> ${own}`,
    );
    return own;
  });
  if (blocks.length === 1 && !shortcut) return id;
  const sum = `sum${index + 1}`;
  lines.push(
    `  ${sum} [label="+", shape=circle, fillcolor=white]`,
    ...ids.map((own) => `  ${own} -> ${sum}`),
    ...(shortcut ? [`  ${from} -> ${sum} [style=dashed]`] : []),
  );
  return sum;
}
