/** A trained architecture as one JSON: the architecture, its numbers, how they came about, and how good they are. */
import * as v from 'valibot';
import { ArchitectureError, ArchitectureSchema } from '../../domain/architecture/schema.ts';
import { slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import type { ParameterSpec } from '../../domain/graph/parameters.ts';
import { decodeFloats, encodeFloats } from './base64.ts';
import { rebuildNetwork } from './rebuild.ts';
import { TrainSettingsSchema } from './settings.ts';

export const trainedFormat = 'mgas-trained';
export const trainedVersion = 1;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a network makes of a test set. */
export const EvaluationSchema = v.object({
  /** Share of the images classified correctly. */
  accuracy: v.number(),
  /** Mean cross entropy. */
  loss: v.number(),
  images: count,
  /** Row: true class; column: predicted class; entry: images. */
  confusion: v.array(v.array(count)),
  /** Test images that were classified worst, by index in the test set. */
  worst: v.array(v.object({ image: count, label: count, predicted: count, loss: v.number() })),
});
export type Evaluation = v.InferOutput<typeof EvaluationSchema>;

export const TrainedSchema = v.object({
  format: v.literal(trainedFormat),
  version: v.literal(trainedVersion),
  architecture: ArchitectureSchema,
  training: TrainSettingsSchema,
  backend: v.string(),
  steps: count,
  /** On the untouched test set, with running-average batch norm. */
  test: EvaluationSchema,
  /** A pixel enters as (byte - mean) / deviation, by channel. */
  normalization: v.object({ mean: v.array(v.number()), deviation: v.array(v.number()) }),
  /** Arrays in the order of `values`: base64 of their little-endian 32-bit floats, row-major, one array after the other. Masked weights are 0. */
  arrays: v.array(v.object({ name: v.string(), shape: v.array(count) })),
  values: v.pipe(v.string(), v.base64()),
});
export type Trained = v.InferOutput<typeof TrainedSchema>;

/** Weights and running statistics, masked weights as 0; without an auxiliary head, which only trained along. */
export function describeValues({ plan, parameters }: Network): Pick<Trained, 'arrays' | 'values'> {
  const specs = storedSpecs({ plan });
  const values = new Float32Array(specs.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const spec of specs) {
    const mask = slice(parameters.weightMask, spec);
    values.set(
      slice(parameters.values, spec).map((value, i) => (mask[i] ? value : 0)),
      at,
    );
    at += spec.size;
  }
  return {
    arrays: specs.map(({ name, shape }) => ({ name, shape: [...shape] })),
    values: encodeFloats(values),
  };
}

function storedSpecs({ plan }: Pick<Network, 'plan'>) {
  const { auxiliary, table } = plan;
  const trainedAlong = ({ name }: ParameterSpec): boolean =>
    auxiliary !== null && name.startsWith(`${auxiliary.name}.`);
  return table.specs.filter(
    (spec) => (spec.group === 'weight' || spec.group === 'statistic') && !trainedAlong(spec),
  );
}

/** The network of a trained architecture. @throws ArchitectureError where it contradicts itself. */
export function networkOf(trained: Trained): Network {
  const network = rebuildNetwork(trained.architecture, trained.training.seed);
  const specs = storedSpecs(network);
  const size = specs.reduce((sum, spec) => sum + spec.size, 0);
  specs.forEach(({ name, shape }, i) => {
    const said = trained.arrays[i];
    if (said?.name !== name || said.shape.join() !== shape.join()) {
      throw new ArchitectureError(
        `arrays.${i}: ${said ? `${said.name} [${said.shape.join(', ')}]` : 'missing'}, but the architecture has ${name} [${shape.join(', ')}]`,
      );
    }
  });
  let values: Float32Array;
  try {
    values = decodeFloats(trained.values, size);
  } catch (error) {
    throw new ArchitectureError(`values: ${(error as Error).message}`);
  }
  let at = 0;
  for (const spec of specs) {
    slice(network.parameters.values, spec).set(values.subarray(at, at + spec.size));
    at += spec.size;
  }
  return network;
}

/** @param source JSON text, or what was parsed from it. @throws ArchitectureError naming what is wrong and where. */
export function parseTrained(source: unknown): Trained {
  const result = v.safeParse(
    TrainedSchema,
    typeof source === 'string' ? parseJson(source) : source,
  );
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new ArchitectureError(
    `Not a trained architecture of this program: ${path ? `at ${path}: ` : ''}${issue.message}`,
  );
}

/** A trained architecture, or an architecture alone: what a user may hand in. */
export function isTrained(value: unknown): value is { format: typeof trainedFormat } {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { format?: unknown }).format === trainedFormat
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ArchitectureError(`Not valid JSON: ${(error as Error).message}`);
  }
}
