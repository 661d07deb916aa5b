/** What an architecture weighs and how much work it is, in the figures that people compare. Plain data: the page runs it too. */
import type { Architecture } from './schema.ts';

type Operation = Architecture['cells'][number]['operations'][number];

export interface Size {
  readonly parameters: {
    /** In the compacted tensors, running statistics of batch norms left out. */
    readonly dense: number;
    /** Of these, not masked. */
    readonly nonZero: number;
  };
  /** Multiply-accumulates of one image in convolutions and the classifier. */
  readonly macs: { readonly dense: number; readonly sparse: number };
  readonly bytes: {
    /** 32-bit floats of all parameters. */
    readonly dense: number;
    /** 32-bit floats of the parameters that are not masked, and one bit a weight of every masked array. */
    readonly withBitmap: number;
  };
}

/** Parameters and multiply-accumulates as they were counted (`granularity/count.ts`, `macs.ts`); bytes follow from them and the masks. */
export function sizeOf({
  parameters,
  macs,
  cells,
}: { parameters: Pick<Architecture['parameters'], 'dense' | 'active'>; macs: Size['macs'] } & Pick<
  Architecture,
  'cells'
>): Size {
  const { dense, active } = parameters;
  return {
    parameters: { dense, nonZero: active },
    macs: { dense: macs.dense, sparse: macs.sparse },
    bytes: { dense: 4 * dense, withBitmap: 4 * active + bitmapBytes(cells) },
  };
}

/** An array without a masked weight has no mask, and needs none. */
function bitmapBytes(cells: Architecture['cells']): number {
  return cells
    .flatMap(({ operations }) => operations)
    .flatMap(weightArraysOf)
    .filter(({ mask }) => mask !== null)
    .reduce((sum, { shape }) => sum + Math.ceil(shape.reduce((a, b) => a * b, 1) / 8), 0);
}

/** Everything of an operation that may be masked. */
function weightArraysOf({ blocks, bottleneck }: Operation) {
  const { expand, depthwise, project } = bottleneck ?? {};
  return [
    ...blocks.flatMap((block) => [block.depthwise, block.pointwise]),
    ...[expand, depthwise, project].filter((array) => array !== undefined),
  ];
}
