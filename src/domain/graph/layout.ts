/** Packs named parameters into one array, group by group. */
import { parameterGroups } from './parameters.ts';
import type { Initializer, ParameterGroup, ParameterSpec, ParameterTable } from './parameters.ts';

type Ids = readonly (readonly number[] | null)[];
type Entry = Omit<ParameterSpec, 'offset' | 'size'>;

export const zero: Initializer = { kind: 'constant', value: 0 };
export const one: Initializer = { kind: 'constant', value: 1 };

/** PyTorch's default of a convolution or linear layer: uniform in +-1/sqrt(fanIn). */
export function fanIn(n: number): Initializer {
  return { kind: 'uniform', bound: 1 / Math.sqrt(n) };
}

export class LayoutBuilder {
  private readonly entries: Entry[] = [];

  /** `ids[axis]`: original unit ids along that axis (its length is their count), or a number: an axis never compacted. */
  add(
    name: string,
    group: ParameterGroup,
    axes: readonly (readonly number[] | number)[],
    initializer: Initializer,
    maskedBy: ParameterSpec['maskedBy'] = null,
  ): void {
    const shape = axes.map((axis) => (typeof axis === 'number' ? axis : axis.length));
    const ids: Ids = axes.map((axis) => (typeof axis === 'number' ? null : axis));
    this.entries.push({ name, group, shape, ids, initializer, maskedBy });
  }

  /** Affine and running statistics of a batch norm over `channels`. */
  addNorm(name: string, channels: readonly number[]): void {
    this.add(`${name}.gamma`, 'weight', [channels], one);
    this.add(`${name}.beta`, 'weight', [channels], zero);
    this.add(`${name}.mean`, 'statistic', [channels], zero);
    this.add(`${name}.variance`, 'statistic', [channels], one);
  }

  build(): ParameterTable {
    const specs: ParameterSpec[] = [];
    const groups = {} as Record<ParameterGroup, { offset: number; size: number }>;
    let offset = 0;
    for (const group of parameterGroups) {
      const start = offset;
      for (const entry of this.entries) {
        if (entry.group !== group) continue;
        const size = entry.shape.reduce((a, b) => a * b, 1);
        specs.push({ ...entry, offset, size });
        offset += size;
      }
      groups[group] = { offset: start, size: offset - start };
    }
    return { specs, byName: new Map(specs.map((spec) => [spec.name, spec])), size: offset, groups };
  }
}

/** @throws Error when the table has no such parameter: a defect in the caller. */
export function parameter(table: ParameterTable, name: string): ParameterSpec {
  const spec = table.byName.get(name);
  if (!spec) throw new Error(`no parameter '${name}' in this layout`);
  return spec;
}
