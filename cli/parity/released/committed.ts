/** Committed masks by the released program's names, for a super-net of ours. */
import { factsOf } from '../../../src/domain/operations/facts.ts';
import { candidateName, fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import type { SpaceShape } from '../../../src/domain/spaces/cells.ts';
import type { UnitMasks } from '../../../src/domain/spaces/plan.ts';
import { ReferenceError } from '../reference.ts';
import type { NdArray } from '../reference.ts';

const unitMask = /^cells\.(\d+)\.edges\.(\d+)\.(\w+)\.(filterMask|weightMask)\.(\d)$/;

export interface Committed {
  /** Filters that are pruned where they are pruned, operations likewise. */
  readonly masks: UnitMasks;
  /** By the name of our array of weights or gate logits. */
  readonly arrays: ReadonlyMap<string, NdArray>;
}

/** @throws ReferenceError for a name of no known form. */
export function committedMasks(
  committed: Readonly<Record<string, NdArray>>,
  space: SpaceShape,
  file: string,
): Committed {
  const masks = fullMasks(space);
  const arrays = new Map<string, NdArray>();
  for (const [name, array] of Object.entries(committed)) {
    const operations = /^cells\.(\d+)\.operations$/.exec(name);
    const preprocess = /^(cells\.\d+\.preprocess[01])\.filterMask$/.exec(name);
    const unit = unitMask.exec(name);
    if (operations) masks.operations[Number(operations[1])] = Uint8Array.from(array.data);
    else if (preprocess) {
      masks.filters[preprocess[1]!] = Uint8Array.from(array.data);
      arrays.set(`${preprocess[1]}.gate`, array);
    } else if (unit) {
      const [, cell, edge, operationName, kind, convolution] = unit;
      const operation = space.operations.find((one) => one.name === operationName);
      if (!operation) throw new ReferenceError(`${file}: '${name}' names no candidate operation`);
      const candidate = candidateName(Number(cell), Number(edge), operation);
      // A block is two convolutions, depthwise and pointwise; the second one's filters are gated.
      const block = factsOf(operation).convolves
        ? `${candidate}.block${Math.floor(Number(convolution) / 2)}`
        : candidate;
      if (kind === 'filterMask') {
        masks.filters[block] = Uint8Array.from(array.data);
        arrays.set(`${block}.gate`, array);
      } else arrays.set(`${block}.${Number(convolution) % 2 ? 'pointwise' : 'depthwise'}`, array);
    } else throw new ReferenceError(`${file}: mask '${name}' is of no known form`);
  }
  return { masks, arrays };
}
