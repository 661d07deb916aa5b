/**
 * A chain of blocks as one SVG, in the convention of this space's papers (ProxylessNAS, arXiv 1812.00332, figure 4): blocks
 * from left to right, coloured by kernel and expansion, as high as they have filters; shortcuts as arcs, layers that are
 * gone as dashed outlines.
 */
import type { Architecture } from '../schema.ts';
import { blockColour, blockLabel, chainParts, leftText } from './chain.ts';
import type { ChainPart } from './chain.ts';
import { escapeXml } from './xml.ts';

const box = { width: 26, least: 66, most: 150, gap: 6 };
const column = 54;
const margin = { left: 30, top: 64, bottom: 58 };
const colours = { fixed: '#ddd', line: '#555', text: '#111', faint: '#767676' };

export function chainSvg(architecture: Architecture): string {
  const parts = chainParts(architecture);
  const widest = Math.max(...parts.map(({ channels }) => channels.of));
  const heightOf = (filters: number): number =>
    Math.round(box.least + (box.most - box.least) * Math.sqrt(filters / widest));
  const stacks = parts.map((part) => stackOf(part, heightOf));
  const tallest = Math.max(...stacks.map(({ height }) => height));
  const middle = margin.top + tallest / 2;
  const width = margin.left * 2 + column * parts.length;
  const height = Math.ceil(margin.top + tallest + margin.bottom);
  const xOf = (i: number): number => margin.left + column * (i + 0.5);
  const between = parts
    .slice(1)
    .map(
      (_, i) =>
        `<path d="M${xOf(i) + box.width / 2} ${middle}H${xOf(i + 1) - box.width / 2}" stroke="${colours.line}" marker-end="url(#arrow)"/>`,
    );
  const drawn = parts.map((part, i) => drawPart(part, stacks[i]!, xOf(i), middle, tallest));
  const name = architecture.origin?.name ?? `Network for ${architecture.dataset.name}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="13" role="img" aria-label="${escapeXml(name)}: its layers">
<rect width="${width}" height="${height}" fill="#fff"/>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colours.line}"/></marker></defs>
<text x="${margin.left}" y="22" font-weight="bold" fill="${colours.text}">${escapeXml(name)}</text>
<g fill="none">${between.join('')}</g>
${drawn.join('\n')}
<text x="${margin.left}" y="${height - 8}" font-size="11" fill="${colours.faint}">MB6 5×5: inverted bottleneck, expansion 6, kernel 5×5. Below: channels (left/all), pixels per side.</text>
</svg>
`;
}

interface Stack {
  readonly boxes: readonly {
    readonly label: string;
    readonly fill: string | null;
    readonly height: number;
    readonly words: string;
  }[];
  readonly height: number;
}

/** The boxes of a part, one above the other. */
function stackOf(part: ChainPart, heightOf: (filters: number) => number): Stack {
  const boxes =
    part.kind === 'fixed'
      ? [
          {
            ...{ label: part.label, fill: colours.fixed, words: part.label },
            height: heightOf(part.channels.left),
          },
        ]
      : part.blocks.length === 0
        ? [
            {
              ...{ label: 'gone', fill: null, height: heightOf(part.channels.of) },
              words: `Layer ${part.index + 1}: gone, its input is its output`,
            },
          ]
        : part.blocks.map((block) => ({
            label: blockLabel(block),
            fill: blockColour(block),
            height: heightOf(block.filters.left),
            words: `Layer ${part.index + 1}: ${blockLabel(block)}, ${leftText(block.inside)} channels inside, ${leftText(block.filters)} filters`,
          }));
  const height =
    boxes.reduce((sum, one) => sum + one.height, 0) + box.gap * Math.max(0, boxes.length - 1);
  return { boxes, height };
}

function drawPart(
  part: ChainPart,
  { boxes, height }: Stack,
  x: number,
  middle: number,
  tallest: number,
): string {
  let top = middle - height / 2;
  const rects = boxes.map(({ label, fill, height: own, words }) => {
    const y = top;
    top += own + box.gap;
    const outline = fill
      ? `fill="${fill}" stroke="${colours.line}"`
      : `fill="#fff" stroke="${colours.faint}" stroke-dasharray="4 3"`;
    return (
      `<g><title>${escapeXml(words)}</title>` +
      `<rect x="${x - box.width / 2}" y="${y}" width="${box.width}" height="${own}" rx="4" ${outline}/>` +
      `<text transform="translate(${x + 4.5} ${y + own / 2}) rotate(-90)" text-anchor="middle" fill="${fill ? colours.text : colours.faint}">${label}</text></g>`
    );
  });
  const above = middle - height / 2;
  const arc =
    part.kind === 'layer' && part.shortcut && part.blocks.length > 0
      ? `<path d="M${x - column / 2 + 2} ${middle}V${above - 2}Q${x - column / 2 + 2} ${above - 14} ${x} ${above - 14}Q${x + column / 2 - 4} ${above - 14} ${x + column / 2 - 4} ${above - 2}V${middle}" fill="none" stroke="${colours.line}" stroke-dasharray="3 3"/>`
      : '';
  const foot = middle + tallest / 2;
  const pixels = part.kind === 'fixed' && part.size === 1 ? '' : `${part.size}²`;
  return `${arc}${rects.join('')}<text x="${x}" y="${foot + 16}" text-anchor="middle" font-size="11" fill="${colours.text}">${leftText(part.channels)}</text><text x="${x}" y="${foot + 30}" text-anchor="middle" font-size="11" fill="${colours.faint}">${pixels}</text>`;
}
