/** What the arrays of an architecture's operations demand of themselves: order, shapes, bitmaps. */
import type { Architecture } from '../domain/architecture/schema.ts';
import { fromBase64 } from './arrays.ts';
import { JsonRefused } from './json-scan.ts';

type Operation = Architecture['cells'][number]['operations'][number];
type Block = Operation['blocks'][number];
type Bottleneck = NonNullable<Operation['bottleneck']>;

/** Fields of what lies at `path` in the file, which is empty or ends with a dot. */
export function demandUnder(
  path: string,
): (holds: boolean, field: string, otherwise: string) => void {
  return (holds, field, otherwise) => {
    if (!holds) throw new JsonRefused(`${path}${field}`, `${otherwise}.`);
  };
}

/** @param channels that the filters were chosen from. @throws JsonRefused, as all below. */
export function checkBlock(
  { kernel, inputs, filters, depthwise, pointwise }: Block,
  channels: number,
  path: string,
): void {
  checkIds(inputs, Infinity, `${path}inputs`);
  checkIds(filters, channels, `${path}filters`);
  checkArray(depthwise, [kernel, kernel, inputs.length, 1], `${path}depthwise.`);
  checkArray(pointwise, [1, 1, inputs.length, filters.length], `${path}pointwise.`);
}

export function checkBottleneck(
  { kernel, inputs, middle, filters, expand, depthwise, project }: Bottleneck,
  channels: number,
  path: string,
): void {
  checkIds(inputs, Infinity, `${path}inputs`);
  checkIds(middle, Infinity, `${path}middle`);
  checkIds(filters, channels, `${path}filters`);
  checkArray(expand, [1, 1, inputs.length, middle.length], `${path}expand.`);
  checkArray(depthwise, [kernel, kernel, middle.length, 1], `${path}depthwise.`);
  checkArray(project, [1, 1, middle.length, filters.length], `${path}project.`);
}

/** @param count numbers to choose from. */
export function checkIds(ids: readonly number[], count: number, path: string): void {
  const demand = demandUnder(path);
  const ascending = ids.every((id, i) => i === 0 || id > ids[i - 1]!);
  demand(ascending, '', 'expected ascending numbers');
  demand((ids.at(-1) ?? 0) < count, '', `expected numbers below ${count}`);
}

function checkArray(
  { shape, alive, mask }: Block['depthwise'],
  expected: readonly number[],
  path: string,
): void {
  const demand = demandUnder(path);
  demand(String(shape) === String(expected), 'shape', `expected [${expected.join(', ')}]`);
  const size = expected.reduce((product, axis) => product * axis, 1);
  if (mask === null)
    return demand(alive === size, 'alive', `expected ${size}: no weight is masked`);
  const bytes = fromBase64(mask);
  demand(
    bytes.length === Math.ceil(size / 8),
    'mask',
    `expected a bitmap of ${Math.ceil(size / 8)} bytes, found ${bytes.length}`,
  );
  let set = 0;
  for (let byte of bytes) for (; byte; byte &= byte - 1) set++;
  demand(set === alive, 'alive', `expected ${set}, the bits set in the mask`);
}
