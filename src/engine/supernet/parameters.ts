/** Draws and migrates packed parameters: compaction, new stages and regrowth are all one gather by original ids. */
import { randomStream } from '../random.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import type {
  Initializer,
  NetworkParameters,
  ParameterSpec,
  ParameterTable,
} from '../../domain/graph/parameters.ts';

function draw(initializer: Initializer, keys: readonly (number | string)[]): number {
  if (initializer.kind === 'constant') return initializer.value;
  const stream = randomStream(...keys);
  return initializer.kind === 'normal'
    ? stream.normal() * initializer.deviation
    : (stream.uniform() * 2 - 1) * initializer.bound;
}

/** Index of each element of `spec` in `old`'s array, or -1 where `old` has no such element. */
function sources(spec: ParameterSpec, old: ParameterSpec | undefined): Int32Array {
  const result = new Int32Array(spec.size).fill(-1);
  if (!old) return result;
  const axes = spec.shape.map((length, axis) => {
    const ids = spec.ids[axis];
    const oldIds = old.ids[axis];
    if (!ids || !oldIds)
      return Int32Array.from({ length }, (_, i) => (i < old.shape[axis]! ? i : -1));
    const at = new Map(oldIds.map((id, i) => [id, i]));
    return Int32Array.from(ids, (id) => at.get(id) ?? -1);
  });
  for (let i = 0; i < spec.size; i++) {
    let rest = i;
    let position = 0;
    let stride = 1;
    for (let axis = spec.shape.length - 1; axis >= 0; axis--) {
      const from = axes[axis]![rest % spec.shape[axis]!]!;
      rest = Math.floor(rest / spec.shape[axis]!);
      if (from < 0 || position < 0) position = -1;
      else position += from * stride;
      stride *= old.shape[axis]!;
    }
    result[i] = position < 0 ? -1 : old.offset + position;
  }
  return result;
}

/**
 * Parameters for `table`: elements that `old` holds are copied (values, momentum, committed weight masks), all others
 * are drawn fresh by their initializer with full masks. A pure function of its arguments.
 * @param generation distinguishes fresh draws of the same element at different times (regrowth).
 * @param bounds 'alike': the convolutions of a candidate are drawn within one bound, the mean of their own.
 */
export function migrateParameters(
  table: ParameterTable,
  old: { table: ParameterTable; parameters: NetworkParameters } | null,
  seed: number,
  generation: number,
  bounds: 'own' | 'alike' = 'own',
): NetworkParameters {
  const common = bounds === 'alike' ? commonBounds(table) : null;
  const values = new Float32Array(table.size);
  const momentum = new Float32Array(table.size);
  const weightMask = new Uint8Array(table.size).fill(1);
  for (const spec of table.specs) {
    const from = sources(spec, old?.table.byName.get(spec.name));
    const initializer = common?.get(spec.name) ?? spec.initializer;
    for (let i = 0; i < spec.size; i++) {
      const to = spec.offset + i;
      if (from[i]! >= 0 && old) {
        values[to] = old.parameters.values[from[i]!]!;
        momentum[to] = old.parameters.momentum[from[i]!]!;
        weightMask[to] = old.parameters.weightMask[from[i]!]!;
      } else {
        values[to] = draw(initializer, [seed, spec.name, generation, i]);
      }
    }
  }
  return { values, momentum, weightMask };
}

/** As the settings of a search have it. */
export const boundsOf = ({ optimizers }: SearchSettings): 'own' | 'alike' =>
  optimizers.weightThresholds.boundsAlike ? 'alike' : 'own';

/** By name of a masked array: uniform within the mean bound of all arrays that its threshold masks. */
function commonBounds({ specs }: ParameterTable): Map<string, Initializer> {
  const candidates = new Map<string, { names: string[]; bounds: number[] }>();
  for (const { name, maskedBy, initializer } of specs) {
    if (!maskedBy || initializer.kind !== 'uniform') continue;
    const key = `${maskedBy.cell} ${maskedBy.unit}`;
    const own = candidates.get(key) ?? { names: [], bounds: [] };
    own.names.push(name);
    own.bounds.push(initializer.bound);
    candidates.set(key, own);
  }
  return new Map(
    [...candidates.values()].flatMap(({ names, bounds }) => {
      const bound = bounds.reduce((a, b) => a + b, 0) / bounds.length;
      return names.map((name): [string, Initializer] => [name, { kind: 'uniform', bound }]);
    }),
  );
}
