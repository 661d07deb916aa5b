/** The discovered network as JSON: what a user exports. The build publishes it as `architecture.schema.json`. */
import * as v from 'valibot';
import { AncestrySchema } from '../events/ancestry.ts';
import { allOperationNames } from '../operations/registry.ts';
import { SearchSettingsSchema } from '../settings/schema.ts';

export const architectureFormat = 'mgas-architecture';
/**
 * 2: operations may be the blocks of a chain (`bottleneck`). Only chains are written so: programs of version 1 read all
 * others.
 */
export const architectureVersions = [1, 2] as const;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const ids = v.array(count);

/** Parameters in the compacted tensors, and of those the ones that are not masked. Batch norms count. */
const ParameterSizeSchema = v.object({ dense: count, active: count });
export type ParameterSize = v.InferOutput<typeof ParameterSizeSchema>;

/** Multiply-accumulates of one image: in the compacted tensors, and of non-zero weights. */
const MacsSchema = v.object({ dense: count, sparse: count });

/**
 * One masked weight array. `mask`: base64 of a bitmap, one bit a weight in row-major order, least significant bit first,
 * 1 = alive; null when every weight is alive.
 */
export const WeightArraySchema = v.object({
  shape: v.array(count),
  alive: count,
  mask: v.nullable(v.pipe(v.string(), v.base64())),
});

/** A depthwise + pointwise + batch-norm block after filter pruning. */
export const BlockSchema = v.object({
  kernel: count,
  stride: count,
  dilation: count,
  /** Channels read and filters kept, as ids in the unpruned block. */
  inputs: ids,
  filters: ids,
  depthwise: WeightArraySchema,
  pointwise: WeightArraySchema,
});

/** An MBConv after filter pruning: 1x1 convolution, depthwise, 1x1 convolution, a batch norm behind each. */
export const BottleneckSchema = v.object({
  kernel: count,
  stride: count,
  /** Channels inside the unpruned block, as a multiple of the layer's inputs. */
  expansion: count,
  /** Channels read, channels inside and filters kept, as ids in the unpruned block. */
  inputs: ids,
  middle: ids,
  filters: ids,
  expand: WeightArraySchema,
  depthwise: WeightArraySchema,
  project: WeightArraySchema,
});

export const OperationSchema = v.object({
  operation: v.picklist(allOperationNames),
  from: count,
  to: count,
  stride: count,
  /** sigmoid(alpha): the importance the search found. */
  importance: v.number(),
  blocks: v.array(BlockSchema),
  /** Of a chain's layer; absent elsewhere. Then there are no `blocks`. */
  bottleneck: v.optional(BottleneckSchema),
  /** Stride-2 skip connection: a factorized reduce. */
  reduce: v.nullable(v.object({ inputs: ids, filters: ids, split: count })),
  parameters: ParameterSizeSchema,
  macs: MacsSchema,
});

export const CellSchema = v.object({
  index: count,
  stage: count,
  reduction: v.boolean(),
  channels: count,
  /** Pixels a side of the output. */
  size: count,
  preprocess: v.array(
    v.object({
      kind: v.picklist(['convolution', 'factorized-reduce']),
      /** Cell it reads; -1 = the stem. */
      source: v.pipe(v.number(), v.integer(), v.minValue(-1)),
      inputs: ids,
      filters: ids,
      split: v.nullable(count),
    }),
  ),
  operations: v.array(OperationSchema),
  parameters: ParameterSizeSchema,
  macs: MacsSchema,
});

/**
 * How the network computes. `sum`: a node adds its operations, each weighted by its importance (as the search does) or
 * plain. `poolNorm`: an affine batch norm follows every pool (the evaluation network of the paper's program, model.py).
 */
export const NetworkFormSchema = v.object({
  sum: v.picklist(['weighted', 'plain']),
  poolNorm: v.boolean(),
});
export type NetworkForm = v.InferOutput<typeof NetworkFormSchema>;

/** The evaluation network of the paper's program: what a search ends with. */
export const evaluationForm: NetworkForm = { sum: 'plain', poolNorm: true };

/** Of files written before the field existed: the searched network with its importances. */
export const searchedForm: NetworkForm = { sum: 'weighted', poolNorm: false };

const ratio = v.object({ left: count, total: count });

export const ArchitectureSchema = v.object({
  format: v.literal(architectureFormat),
  version: v.picklist(architectureVersions),
  engineVersion: v.string(),
  settings: SearchSettingsSchema,
  dataset: v.object({
    name: v.string(),
    classes: count,
    imageSize: count,
    imageChannels: count,
    classNames: v.array(v.string()),
  }),
  /** False: the search was stopped, or its last stage ended, before the target was met. */
  targetReached: v.boolean(),
  /** Of a fork: the settings hold from its last fork on, and its steps before that are its parents'. Absent = it is none. */
  ancestry: v.optional(AncestrySchema),
  steps: count,
  /** Share of validation images classified correctly by the searched network, importances and gates still in place. */
  validationAccuracy: v.nullable(v.number()),
  /** How many images these are; absent in older files. */
  validationImages: v.optional(v.nullable(count)),
  /** Surviving and all units of each granularity, in all cells. */
  remaining: v.object({ operation: ratio, filter: ratio, weight: ratio }),
  parameters: v.object({
    /** The super-net before pruning; after operations, then filters, then weights are removed. */
    superNet: count,
    afterOperations: count,
    afterFilters: count,
    active: count,
    /** Sizes of the compacted tensors. */
    dense: count,
  }),
  macs: v.object({ superNet: count, dense: count, sparse: count }),
  /** Absent = `searchedForm`. */
  form: v.optional(NetworkFormSchema),
  /** Where an architecture came from that no search of this program found; absent = a search found it. */
  origin: v.optional(
    v.object({
      /** Id of the form that was read. */
      form: v.string(),
      name: v.string(),
      /** Publication or program that it is taken from. */
      source: v.optional(v.string()),
    }),
  ),
  /** Times every filter was repeated after the search (`settings.space.channels` says how many there are now); absent = as found. */
  widened: v.optional(v.pipe(count, v.minValue(2))),
  stem: v.object({ channels: count }),
  cells: v.array(CellSchema),
  head: v.object({ inputs: ids, classes: count }),
});
export type Architecture = v.InferOutput<typeof ArchitectureSchema>;

/** The text is no architecture; the message names what is wrong and where. */
export class ArchitectureError extends Error {
  override readonly name = 'ArchitectureError';
}

/**
 * Checks an imported architecture.
 * @param source JSON text, or what was parsed from it.
 * @throws ArchitectureError
 */
export function parseArchitecture(source: unknown): Architecture {
  const value = typeof source === 'string' ? parseJson(source) : source;
  const result = v.safeParse(ArchitectureSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const others = result.issues.length > 1 ? ` (and ${result.issues.length - 1} more)` : '';
  throw new ArchitectureError(
    `Not an architecture of this program: ${path ? `at ${path}: ` : ''}${issue.message}${others}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ArchitectureError(`Not valid JSON: ${(error as Error).message}`);
  }
}
