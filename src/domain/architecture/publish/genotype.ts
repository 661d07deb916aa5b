/**
 * An architecture as a genotype in Python's notation: DARTS' where its cells allow it (one normal and one reduction cell,
 * two edges a node, nothing pruned inside an operation), else that of MGAS' program, cell by cell with widths.
 */
import { nodeStates } from '../../spaces/cells.ts';
import { operationNames, operationTable } from '../../operations/registry.ts';
import type { Architecture } from '../schema.ts';
import { cellSettings } from '../../spaces/settings.ts';

type Cell = Architecture['cells'][number];
type Operation = Cell['operations'][number];

export interface GenotypeText {
  /** `Genotype(...)`, as people paste it. */
  readonly text: string;
  readonly notation: 'darts' | 'cells';
  /** What the notation cannot say of this network; empty where it says all of its structure. */
  readonly lost: readonly string[];
}

export function genotypeText(architecture: Architecture): GenotypeText {
  const { cells, settings } = architecture;
  const { nodes } = cellSettings(settings.space);
  const lost = lostBy(architecture);
  const concat = `range(${nodeStates(nodes)[0]}, ${nodeStates(nodes).at(-1)! + 1})`;
  const pair = pairOf(cells, nodes);
  if (pair && cells.every((cell) => isWhole(cell)))
    return {
      notation: 'darts',
      lost,
      text: `Genotype(\n    normal=[${pairs(pair.normal)}],\n    normal_concat=${concat},\n    reduce=[${pairs(pair.reduce)}],\n    reduce_concat=${concat})`,
    };
  const gene = cells.map((cell) => {
    const entries = inOrder(cell).map(
      (operation) =>
        `('${operation.operation}', ${operation.from}, ${operation.to}, [${widthsOf(cell, operation).join(', ')}])`,
    );
    return `        [${wrap(entries, 9)}],`;
  });
  return {
    notation: 'cells',
    lost,
    text: `Genotype(\n    gene=[\n${gene.join('\n')}\n    ],\n    concat=${concat})`,
  };
}

/** A module that a program of this field imports: the namedtuple, the operations, and the genotype under a name. */
export function genotypeModule(architecture: Architecture): string {
  const { text, notation, lost } = genotypeText(architecture);
  const { dataset, parameters, settings, origin } = architecture;
  const space = cellSettings(settings.space);
  const fields = notation === 'darts' ? 'normal normal_concat reduce reduce_concat' : 'gene concat';
  const lines = [
    `"""${docstring(`${origin?.name ?? 'A network found by MGAS Lab'}: ${space.cells} cells, ${space.channels} initial channels, ${parameters.active} parameters that are not masked, for ${dataset.name}.`)}`,
    ...(notation === 'cells'
      ? ['', 'A cell is a list of (operation, from, to, widths); states 0 and 1 are its inputs.']
      : []),
    ...lost.map((what) => docstring(what)),
    '"""',
    'from collections import namedtuple',
    '',
    `Genotype = namedtuple('Genotype', '${fields}')`,
    '',
    `PRIMITIVES = [${wrap(
      operationNames.map((name) => `'${name}'`),
      14,
    )}]`,
    '',
    `${identifier(origin?.name)} = ${text}`,
  ];
  return `${lines.join('\n')}\n`;
}

const docstring = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"');

/** A name that Python takes. */
const identifier = (name = 'MGAS'): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `MGAS_${name.replace(/\W+/g, '_').slice(0, 40)}`;

function lostBy({ cells, parameters, form }: Architecture): string[] {
  const lost: string[] = [];
  if (parameters.active < parameters.dense)
    lost.push(
      `A genotype has no weight masks: ${parameters.dense - parameters.active} weights are masked.`,
    );
  if (form?.sum !== 'plain')
    lost.push('A genotype has no importances: this network weights its operations by them.');
  if (cells.some((cell) => !statesAgree(cell)))
    lost.push(
      'Operations of one node keep different filters here; read as a genotype, a node has the width of its operations.',
    );
  return lost;
}

/** Whether all operations of a state have its channels: then widths say the whole structure. */
function statesAgree(cell: Cell): boolean {
  const channels = new Map<number, string>();
  return cell.operations.every((operation) =>
    [
      [operation.from, inputsOf(operation)],
      [operation.to, outputsOf(operation)],
    ].every(([state, ids]) => {
      if (!ids) return true;
      const key = String(ids);
      const known = channels.get(state as number) ?? key;
      channels.set(state as number, key);
      return known === key;
    }),
  );
}

const inputsOf = ({ blocks, reduce }: Operation): readonly number[] | undefined =>
  blocks[0]?.inputs ?? reduce?.inputs;
const outputsOf = ({ blocks, reduce }: Operation): readonly number[] | undefined =>
  blocks.at(-1)?.filters ?? reduce?.filters;

/** Every filter of every operation and preprocess is there. */
function isWhole({ channels, preprocess, operations }: Cell): boolean {
  return (
    preprocess.every(({ filters }) => filters.length === channels) &&
    operations.every(
      ({ blocks, reduce }) =>
        blocks.every(({ filters }) => filters.length === channels) &&
        (reduce?.filters.length ?? channels) === channels,
    )
  );
}

/** One cell for all that keep the size, and one for all that halve it; null where cells differ or a node has not two edges. */
function pairOf(
  cells: readonly Cell[],
  nodes: number,
): { normal: readonly Operation[]; reduce: readonly Operation[] } | null {
  const [normal, reduce] = [false, true].map((reduction) => {
    const same = cells.filter((cell) => cell.reduction === reduction).map(inOrder);
    const alike = new Set(same.map((cell) => pairs(cell)));
    const [first] = same;
    const twice = nodeStates(nodes).every(
      (node) => first?.filter(({ to }) => to === node).length === 2,
    );
    return alike.size === 1 && twice ? first : null;
  });
  return normal && reduce ? { normal, reduce } : null;
}

function inOrder({ operations }: Cell): Operation[] {
  return [...operations].sort((a, b) => a.to - b.to);
}

const pairs = (operations: readonly Operation[]): string =>
  operations.map(({ operation, from }) => `('${operation}', ${from})`).join(', ');

/** Of a convolution [in, (middle,) out], of others [in = out]. */
function widthsOf(cell: Cell, operation: Operation): number[] {
  const { blocks, reduce, from } = operation;
  const [first] = blocks;
  if (first) return [first.inputs.length, ...blocks.map(({ filters }) => filters.length)];
  if (reduce) return [reduce.filters.length];
  return [stateWidth(cell, from)];
}

/** Channels of a state: of a preprocess, or all that the node's operations write. */
function stateWidth(cell: Cell, state: number): number {
  return channelsOf(cell, state).size;
}

function channelsOf(cell: Cell, state: number): Set<number> {
  const own = cell.preprocess[state];
  if (own) return new Set(own.filters);
  return new Set(
    cell.operations
      .filter(({ to }) => to === state)
      .flatMap((operation) => outputsOf(operation) ?? [...channelsOf(cell, operation.from)]),
  );
}

/** Entries in lines of about a hundred characters. */
function wrap(entries: readonly string[], indent: number): string {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + entry.length < 100)
      lines[lines.length - 1] = `${last}, ${entry}`;
    else lines.push(entry);
  }
  return lines.join(`,\n${' '.repeat(indent)}`);
}

/** Words for an operation where there is little room. */
export const shortName = (name: Operation['operation']): string => operationTable[name].short;
