/**
 * What the fields of an architecture demand of each other: lengths, bitmaps, order, sums, and that it is a network of its
 * space. The schema checks each field by itself.
 */
import { ArchitectureError } from '../domain/architecture/schema.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import { ownerOf } from '../domain/counts.ts';
import { parameter } from '../domain/graph/layout.ts';
import { factsOf } from '../domain/operations/facts.ts';
import { operationTable } from '../domain/operations/registry.ts';
import { checkStructure, readStructure } from '../domain/spaces/found-structure.ts';
import type { NetworkPlan } from '../domain/spaces/plan.ts';
import { layoutOf } from '../domain/spaces/registry.ts';
import type { Layout } from '../domain/spaces/shape.ts';
import { checkBlock, checkBottleneck, checkIds, demandUnder } from './check-parts.ts';
import { JsonRefused } from './json-scan.ts';

type Cell = Architecture['cells'][number];
type Operation = Cell['operations'][number];

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
  checkIds(head.inputs, Infinity, `${path}head.inputs`);
  demand(
    cells.length >= 1 && cells.length <= layout.cells.length,
    'cells',
    `expected 1 to ${layout.cells.length} cells, found ${cells.length}`,
  );
  demand(
    architecture.stem.channels === layout.stemChannels,
    'stem.channels',
    `expected ${layout.stemChannels}, as settings.space gives`,
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
  const structure = structural(path, () => readStructure(architecture));
  checkSums(architecture, structure.plan, demand);
  structural(path, () => checkStructure(architecture, structure));
}

/** What the structure of the network refuses: its message begins with the place. */
function structural<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    const [, place = 'cells', reason = error.message] =
      /^([\w.]+)(?::|,) (.*)$/s.exec(error.message) ?? [];
    throw new JsonRefused(`${path}${place}`, `${reason}.`);
  }
}

/** The totals that lists and comparisons show are those of the cells and of all around them together. */
function checkSums(
  { cells, parameters, macs }: Architecture,
  { graph, table }: NetworkPlan,
  demand: ReturnType<typeof demandUnder>,
): void {
  const around = (name: string): boolean => !ownerOf(name).startsWith('cells.');
  // Nothing around the cells is masked.
  const [weights, work] = [
    table.specs.filter(({ group, name }) => group === 'weight' && around(name)),
    graph.nodes.flatMap((node) => {
      const weight =
        node.kind === 'convolution'
          ? node.weight
          : node.kind === 'linear'
            ? `${node.name}.weight`
            : null;
      return weight !== null && around(weight)
        ? [parameter(table, weight).size * node.size ** 2]
        : [];
    }),
  ];
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  for (const size of ['dense', 'active'] as const) {
    const whole = sum([
      ...weights.map((spec) => spec.size),
      ...cells.map((cell) => cell.parameters[size]),
    ]);
    demand(
      parameters[size] === whole,
      `parameters.${size}`,
      `expected ${whole}, the sum of its parts`,
    );
  }
  for (const size of ['dense', 'sparse'] as const) {
    const whole = sum([...work, ...cells.map((cell) => cell.macs[size])]);
    demand(macs[size] === whole, `macs.${size}`, `expected ${whole}, the sum of its parts`);
  }
}

function checkCell(
  { preprocess, operations, channels }: Cell,
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
    checkIds(inputs, Infinity, `${path}preprocess.${i}.inputs`);
    checkIds(filters, channels, `${path}preprocess.${i}.filters`);
  });
  operations.forEach((operation, i) => {
    const { from, to } = operation;
    demand(
      candidates.some(({ name }) => name === operation.operation),
      `operations.${i}.operation`,
      'expected one of the operations of settings.space',
    );
    const states = [...new Set(edges.map((edge) => edge.to))];
    demand(states.includes(to), `operations.${i}.to`, `expected ${states[0]} to ${states.at(-1)}`);
    demand(from < to, `operations.${i}.from`, `expected less than ${to}, its destination`);
    checkBlocks(operation, channels, `${path}operations.${i}.`);
  });
}

/** Blocks one after another, or the two halves of a bottleneck: whichever the operation is made of. */
function checkBlocks(
  { operation, blocks, bottleneck }: Operation,
  channels: number,
  path: string,
): void {
  const demand = demandUnder(path);
  const parts = factsOf(operationTable[operation]).blocks;
  const halves = parts.some(({ expansion }) => expansion !== undefined);
  const count = halves ? 0 : parts.length;
  demand(blocks.length === count, 'blocks', `expected ${count}, found ${blocks.length}`);
  demand(
    (bottleneck !== undefined) === halves,
    'bottleneck',
    halves ? 'expected the convolutions of this block' : `${operation} has no such field`,
  );
  if (bottleneck) checkBottleneck(bottleneck, channels, `${path}bottleneck.`);
  blocks.forEach((block, b) => checkBlock(block, channels, `${path}blocks.${b}.`));
}
