/** Where a parameter of the released program's super-net lies among ours. */
import { factsOf } from '../../src/domain/operations/facts.ts';
import type { SpaceShape } from '../../src/domain/spaces/cells.ts';

/** A parameter of ours, or one element of it (thresholds are scalars there, vectors here). */
export interface Place {
  readonly name: string;
  readonly element: number | null;
}

const normPart = (word: string): string => (word === 'weight' ? 'gamma' : 'beta');

/** What a pattern's groups matched: at most five, and each reader takes as many as its pattern has. */
type Groups = [string, string, string, string, string];

/** Modules of a separable convolution; a dilated one has the first three. Index 0 and 4 are rectifiers. */
const blockModules: Readonly<Record<string, readonly [number, string]>> = {
  1: [0, 'depthwise'],
  2: [0, 'pointwise'],
  3: [0, 'norm'],
  5: [1, 'depthwise'],
  6: [1, 'pointwise'],
  7: [1, 'norm'],
};

/**
 * @param head our head's name: `classifier` is one of several here.
 * @returns null for a name of no known form, and for one that has no counterpart: the released program gives filter and
 * weight thresholds to candidates without filters or weights, too, but those candidates have a place here as well.
 */
export function placeOf(reference: string, space: SpaceShape, head: string): Place | null {
  const whole = (name: string): Place => ({ name, element: null });
  /** The groups of a pattern, none of them optional but the last of a gate's name. */
  const match = (pattern: RegExp): Groups | null =>
    (pattern.exec(reference)?.slice(1) as Groups | undefined) ?? null;
  const { operations } = space;
  let m: Groups | null;
  if (reference === 'stem.0.weight') return whole('stem.conv');
  if ((m = match(/^stem\.1\.(weight|bias)$/))) return whole(`stem.norm.${normPart(m[0])}`);
  if ((m = match(/^classifier\.(weight|bias)$/))) return whole(`${head}.${m[0]}`);
  if ((m = match(/^cells\.(\d+)\.alpha$/))) return whole(`cells.${m[0]}.alpha`);
  if ((m = match(/^cells\.(\d+)\.preprocess([01])\.(.+)$/))) {
    const [cell, slot, rest] = m;
    const name = `cells.${cell}.preprocess${slot}`;
    if (rest === 'filterThreshold')
      return { name: `cells.${cell}.preprocessFilterThreshold`, element: Number(slot) };
    if (rest === 'gateLogits') return whole(`${name}.gate`);
    if (rest === 'op.1.weight') return whole(`${name}.conv`);
    return reduceOrNorm(rest.replace(/^op\.2\./, 'bn_2.'), name);
  }
  if ((m = match(/^cells\.(\d+)\._ops\.(\d+)\._ops\.(\d+)\.(.+)$/))) {
    const [cell, edge, index, rest] = m;
    const operation = operations[Number(index)];
    if (!operation) return null;
    const name = `cells.${cell}.edges.${edge}.${operation.name}`;
    const [, module, word] = /^op\.(\d)\.(weight|bias)$/.exec(rest) ?? [];
    if (!module || !word) return reduceOrNorm(rest, name);
    const found = blockModules[module];
    if (!found) return null;
    const [block, part] = found;
    return whole(`${name}.block${block}.${part}${part === 'norm' ? `.${normPart(word)}` : ''}`);
  }
  if ((m = match(/^cells\.(\d+)\.edges\.(\d+)\.(\w+)\.(\w+)(?:\.(\d))?$/))) {
    const [cell, edge, operationName, rest, convolution] = m;
    const operation = operations.find(({ name }) => name === operationName);
    if (!operation) return null;
    if (rest === 'gateLogits') {
      const name = `cells.${cell}.edges.${edge}.${operationName}`;
      // Numbered by convolution: a block's gate is that of its pointwise, every second one.
      return whole(
        factsOf(operation).convolves
          ? `${name}.block${Math.floor(Number(convolution) / 2)}.gate`
          : `${name}.gate`,
      );
    }
    if (!['operationThreshold', 'filterThreshold', 'weightThreshold'].includes(rest)) return null;
    return {
      name: `cells.${cell}.${rest}`,
      element: Number(edge) * operations.length + operations.indexOf(operation),
    };
  }
  return null;
}

/** Modules of a factorized reduce. */
function reduceOrNorm(rest: string, name: string): Place | null {
  const convolution = /^conv_([12])\.weight$/.exec(rest);
  if (convolution) return { name: `${name}.conv${convolution[1]}`, element: null };
  const word = /^bn_2\.(weight|bias)$/.exec(rest)?.[1];
  return word ? { name: `${name}.norm.${normPart(word)}`, element: null } : null;
}
