/** What the fields of an architecture demand of each other: lengths, bitmaps, order. The schema checks each by itself. */
import type { Architecture } from '../domain/architecture/schema.ts';
import { factsOf } from '../domain/operations/facts.ts';
import { operationTable } from '../domain/operations/registry.ts';
import { layoutOf } from '../domain/spaces/registry.ts';
import type { Layout } from '../domain/spaces/shape.ts';
import { fromBase64 } from './arrays.ts';
import { JsonRefused } from './json-scan.ts';

type Cell = Architecture['cells'][number];
type Block = Cell['operations'][number]['blocks'][number];

/** @param path of the architecture in the file; empty or with a dot at its end. @throws JsonRefused */
export function checkArchitecture(architecture: Architecture, path = ''): void {
  const { cells, dataset, head, settings, parameters } = architecture;
  const layout = layoutOf(settings.space, dataset.imageSize);
  const demand = demandUnder(path);
  demand(
    dataset.classNames.length === dataset.classes,
    'dataset.classNames',
    `expected ${dataset.classes} names, found ${dataset.classNames.length}`,
  );
  demand(
    head.classes === dataset.classes,
    'head.classes',
    `expected ${dataset.classes}, as in dataset.classes`,
  );
  demand(ascending(head.inputs), 'head.inputs', 'expected ascending numbers');
  demand(
    cells.length >= 1 && cells.length <= layout.cells.length,
    'cells',
    `expected 1 to ${layout.cells.length} cells, found ${cells.length}`,
  );
  demand(
    parameters.active <= parameters.dense,
    'parameters.active',
    'expected no more than parameters.dense',
  );
  cells.forEach((cell, i) => {
    demand(cell.index === i, `cells.${i}.index`, `expected ${i}`);
    checkCell(cell, layout, `${path}cells.${i}.`);
  });
  checkSums(architecture, demand);
}

/** The totals that lists and comparisons show are those of stem, cells and classifier together. */
function checkSums(
  { cells, dataset, head, stem, parameters, macs }: Architecture,
  demand: ReturnType<typeof demandUnder>,
): void {
  const stemWeights = 9 * dataset.imageChannels * stem.channels;
  const classifier = head.inputs.length * head.classes;
  // Besides convolution and matrix: the stem's batch norm, the classifier's biases.
  const parameterSum = (size: 'dense' | 'active'): number =>
    stemWeights +
    2 * stem.channels +
    classifier +
    head.classes +
    cells.reduce((sum, cell) => sum + cell.parameters[size], 0);
  const macSum = (size: 'dense' | 'sparse'): number =>
    stemWeights * dataset.imageSize ** 2 +
    classifier +
    cells.reduce((sum, cell) => sum + cell.macs[size], 0);
  for (const size of ['dense', 'active'] as const)
    demand(
      parameters[size] === parameterSum(size),
      `parameters.${size}`,
      `expected ${parameterSum(size)}, the sum of its parts`,
    );
  for (const size of ['dense', 'sparse'] as const)
    demand(
      macs[size] === macSum(size),
      `macs.${size}`,
      `expected ${macSum(size)}, the sum of its parts`,
    );
}

function checkCell(
  { preprocess, operations }: Cell,
  { edges, preprocesses, operations: candidates }: Layout,
  path: string,
): void {
  const demand = demandUnder(path);
  demand(
    preprocess.length === preprocesses,
    'preprocess',
    `expected ${preprocesses} entries, found ${preprocess.length}`,
  );
  preprocess.forEach(({ inputs, filters }, i) => {
    demand(ascending(inputs), `preprocess.${i}.inputs`, 'expected ascending numbers');
    demand(ascending(filters), `preprocess.${i}.filters`, 'expected ascending numbers');
  });
  operations.forEach((operation, i) => {
    const { from, to } = operation;
    demand(
      candidates.some(({ name }) => name === operation.operation),
      `operations.${i}.operation`,
      'expected one of settings.space.operations',
    );
    const states = [...new Set(edges.map((edge) => edge.to))];
    demand(states.includes(to), `operations.${i}.to`, `expected ${states[0]} to ${states.at(-1)}`);
    demand(from < to, `operations.${i}.from`, `expected less than ${to}, its destination`);
    const blocks = factsOf(operationTable[operation.operation]).blocks.length;
    demand(
      operation.blocks.length === blocks,
      `operations.${i}.blocks`,
      `expected ${blocks}, found ${operation.blocks.length}`,
    );
    operation.blocks.forEach((block, b) =>
      checkBlock(block, `${path}operations.${i}.blocks.${b}.`),
    );
  });
}

function checkBlock({ kernel, inputs, filters, depthwise, pointwise }: Block, path: string): void {
  const demand = demandUnder(path);
  demand(ascending(inputs), 'inputs', 'expected ascending numbers');
  demand(ascending(filters), 'filters', 'expected ascending numbers');
  checkArray(depthwise, [kernel, kernel, inputs.length, 1], `${path}depthwise.`);
  checkArray(pointwise, [1, 1, inputs.length, filters.length], `${path}pointwise.`);
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

function ascending(ids: readonly number[]): boolean {
  return ids.every((id, i) => i === 0 || id > ids[i - 1]!);
}

function demandUnder(path: string): (holds: boolean, field: string, otherwise: string) => void {
  return (holds, field, otherwise) => {
    if (!holds) throw new JsonRefused(`${path}${field}`, `${otherwise}.`);
  };
}
