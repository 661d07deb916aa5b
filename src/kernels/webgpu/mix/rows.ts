/**
 * The table of a group of candidates that leave one or two states, for the mix and its backward pass: one header, two
 * sources, a row a target (a node that the group adds to), and a row a target and source.
 */
import { none } from '../quad.ts';
import { row } from '../row.ts';
import type { RowValues } from '../row.ts';

/** States that candidates of one group may leave. */
export const mixSources = 2;

export const mixHeaderRow = row('MixHeader', {
  targets: 'u32',
  /** Quads of a node. */
  quads: 'u32',
});

export const mixSourceRow = row('MixSource', {
  /** First quad of the state; any where the group has no such state. */
  quad: 'u32',
  /** Whether any candidate pools it. */
  pooled: 'bool',
});

export const mixTargetRow = row('MixTarget', {
  /** First quad of the node. */
  quad: 'u32',
  /** Whether to add to it. */
  add: 'bool',
  /** Table of `mixListsRow`, one a quad. */
  lists: 'u32',
});

/** Candidates without a convolution from a source to a target: indices of their coefficients, or none. */
export const mixDirectRow = row('MixDirect', {
  skip: 'u32',
  average: 'u32',
  maximum: 'u32',
});

/**
 * The convolutions and factorized reduces that write to one quad of a node: those whose share lies in one quad, lane by
 * lane, and those whose lanes are gathered. Two lists, since a software adapter executes every side of a branch.
 */
export const mixListsRow = row('MixLists', {
  /** Table of `alignedShareRow`. */
  aligned: 'u32',
  alignedCount: 'u32',
  /** Table of `gatheredShareRow`. */
  gathered: 'u32',
  gatheredCount: 'u32',
});

export const alignedShareRow = row('AlignedShare', {
  coefficient: 'u32',
  quad: 'u32',
});

export const gatheredShareRow = row('GatheredShare', {
  coefficient: 'u32',
  /** 4 x quad + lane, or none. */
  lanes: 'vec4u',
});

type ValuesOf<R> = R extends { pack: (values: infer V) => number[] } ? V : never;

export interface MixTable {
  /** Quads of a node. */
  readonly quads: number;
  /** At most `mixSources`. */
  readonly sources: readonly ValuesOf<typeof mixSourceRow>[];
  readonly targets: readonly {
    readonly row: ValuesOf<typeof mixTargetRow>;
    /** One a source. */
    readonly direct: readonly RowValues<Record<'skip' | 'average' | 'maximum', 'u32'>>[];
  }[];
}

/** Rows of the whole table, as `mixTableFunctions` reads them. */
export function packMix({ quads, sources, targets }: MixTable): number[][] {
  const pad = <T>(list: readonly T[], absent: T): T[] =>
    Array.from({ length: mixSources }, (_, i) => list[i] ?? absent);
  return [
    mixHeaderRow.pack({ targets: targets.length, quads }),
    ...pad(sources, { quad: 0, pooled: false }).map(mixSourceRow.pack),
    ...targets.map((target) => mixTargetRow.pack(target.row)),
    ...targets.flatMap((target) =>
      pad(target.direct, { skip: none, average: none, maximum: none }).map(mixDirectRow.pack),
    ),
  ];
}

/** Declares the rows, and `mixSource`, `mixTarget` and `mixDirect` of the table at `params.table`. */
export const mixTableFunctions = [
  mixHeaderRow.wgsl,
  mixSourceRow.wgsl,
  mixTargetRow.wgsl,
  mixDirectRow.wgsl,
  `fn mixSource(source : u32) -> MixSource {
  return readMixSource(params.table + MixHeaderWords, source);
}
fn mixTarget(index : u32) -> MixTarget {
  return readMixTarget(params.table + MixHeaderWords + ${mixSources}u * MixSourceWords, index);
}
fn mixDirect(targets : u32, index : u32, source : u32) -> MixDirect {
  let sourcesEnd = params.table + MixHeaderWords + ${mixSources}u * MixSourceWords;
  return readMixDirect(sourcesEnd + targets * MixTargetWords, index * ${mixSources}u + source);
}`,
].join('\n');
