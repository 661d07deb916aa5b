/** Weight masks of a discovered operation, from the exported architecture. Pure. */
import type { Architecture } from '../../../domain/architecture/schema.ts';
import type { Place } from '../../../domain/spaces/shape.ts';

export interface MaskGrid {
  title: string;
  columns: number;
  rows: number;
  /** Row by row, true = the weight is alive. */
  alive: boolean[];
}

type Operation = Architecture['cells'][number]['operations'][number];
type Weights = Operation['blocks'][number]['depthwise'];

/** As the architecture's schema says: one bit a weight in row-major order, least significant bit first; null = all alive. */
function bitsOf({ shape, mask }: Weights): boolean[] {
  const length = shape.reduce((a, b) => a * b, 1);
  if (mask === null) return new Array<boolean>(length).fill(true);
  const bytes = atob(mask);
  return Array.from({ length }, (_, i) => ((bytes.charCodeAt(i >> 3) >> (i & 7)) & 1) === 1);
}

/** Depthwise kernels side by side, then the pointwise matrix, of each block; null where the operation is not in it. */
export function masksOf(
  architecture: Architecture,
  cell: number,
  { from, to, operation }: Pick<Place, 'from' | 'to' | 'operation'>,
): MaskGrid[] | null {
  const found = architecture.cells
    .find(({ index }) => index === cell)
    ?.operations.find((one) => one.from === from && one.to === to && one.operation === operation);
  if (found?.bottleneck) return bottleneckMasks(found.bottleneck);
  return (
    found?.blocks.flatMap(({ kernel, depthwise, pointwise }, b) => {
      const [, , channels = 0] = depthwise.shape;
      const taps = bitsOf(depthwise);
      const [, , inputs = 0, filters = 0] = pointwise.shape;
      const block = found.blocks.length > 1 ? `Block ${b + 1}, ` : '';
      return [
        {
          title: `${block}depthwise ${kernel}\u00d7${kernel}: taps by channel`,
          columns: channels,
          rows: kernel * kernel,
          // The array is kernel x kernel x channels: taps by channels already.
          alive: taps,
        },
        {
          title: `${block}pointwise: ${inputs} inputs by ${filters} filters`,
          columns: filters,
          rows: inputs,
          alive: bitsOf(pointwise),
        },
      ];
    }) ?? null
  );
}

/** Of an inverted bottleneck: its 1x1 convolutions as matrices, its depthwise kernels side by side. */
function bottleneckMasks({
  expand,
  depthwise,
  project,
}: NonNullable<Operation['bottleneck']>): MaskGrid[] {
  const [kernel = 0, , middle = 0] = depthwise.shape;
  const matrix = (title: string, weights: Weights): MaskGrid => {
    const [, , rows = 0, columns = 0] = weights.shape;
    return {
      title: `${title}: ${rows} inputs by ${columns} filters`,
      columns,
      rows,
      alive: bitsOf(weights),
    };
  };
  return [
    matrix('expand 1\u00d71', expand),
    {
      title: `depthwise ${kernel}\u00d7${kernel}: taps by channel`,
      ...{ columns: middle, rows: kernel * kernel, alive: bitsOf(depthwise) },
    },
    matrix('project 1\u00d71', project),
  ];
}
