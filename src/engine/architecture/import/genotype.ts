/**
 * Genotypes as papers and programs of this field print them, in Python:
 * - DARTS (Liu et al., 2019): normal and reduce, lists of (operation, state read), two for each node;
 * - MG-DARTS (the program of arXiv 2310.15074): gene, a list for each cell of (operation, from, to, widths), or of
 *   DARTS' pairs where every cell has its own.
 */
import { ArchitectureError, evaluationForm } from '../../../domain/architecture/schema.ts';
import type { NetworkForm } from '../../../domain/architecture/schema.ts';
import { nodeOf, nodeState } from '../../../domain/spaces/cells.ts';
import { findAliases, findCalls } from './python.ts';
import type { Call, Literal } from './python.ts';
import { requireAllNodes } from './structure.ts';
import type { StructureOperation } from './structure-masks.ts';

/** DARTS' network: a node is a plain sum; its pools have no norm outside of its search (operations.py). */
export const dartsForm: NetworkForm = { sum: 'plain', poolNorm: false };

export type Genotype =
  | {
      readonly kind: 'pair';
      readonly name: string;
      readonly nodes: number;
      readonly normal: readonly StructureOperation[];
      readonly reduce: readonly StructureOperation[];
    }
  | {
      readonly kind: 'cells';
      readonly name: string;
      readonly nodes: number;
      readonly form: NetworkForm;
      readonly cells: readonly (readonly StructureOperation[])[];
    };

const unnamed = 'genotype';

/**
 * @param wanted name of one of several; undefined = the only one.
 * @throws ArchitectureError naming the line, or the names to choose from.
 */
export function readGenotype(source: string, wanted?: string): Genotype {
  const calls = findCalls(source, 'Genotype').filter(
    ({ named, positional }) =>
      // namedtuple('Genotype', ...) is no call of this name; a class or function definition has no values.
      named.size + positional.length > 0,
  );
  if (calls.length === 0) throw new ArchitectureError('there is no Genotype(...) in it');
  const call = choose(calls, findAliases(source), wanted);
  try {
    return genotypeOf(call);
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    throw new ArchitectureError(`${call.target ?? unnamed} (line ${call.line}): ${error.message}`);
  }
}

function choose(
  calls: readonly Call[],
  aliases: ReadonlyMap<string, string>,
  wanted: string | undefined,
): Call {
  if (wanted === undefined) {
    if (calls.length === 1) return calls[0]!;
    throw new ArchitectureError(
      `it holds ${calls.length} genotypes: enter the name of one of ${namesOf(calls)}`,
    );
  }
  const target = aliases.get(wanted) ?? wanted;
  // As in Python, the last assignment counts.
  const found = calls.findLast((call) => call.target === target);
  if (!found)
    throw new ArchitectureError(
      `there is no genotype '${wanted.slice(0, 60)}' in it; choose from ${namesOf(calls)}`,
    );
  return found;
}

function namesOf(calls: readonly Call[]): string {
  const names = calls.map(({ target, line }) => target ?? `one without a name in line ${line}`);
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, ...` : names.join(', ');
}

function genotypeOf({ target, positional, named }: Call): Genotype {
  const name = (target ?? unnamed).slice(0, 60);
  if (named.has('gene')) {
    only(named, ['gene', 'concat']);
    return cellsOf(name, named.get('gene')!, named.get('concat'));
  }
  const order = ['normal', 'normal_concat', 'reduce', 'reduce_concat'];
  if (positional.length > order.length)
    throw new ArchitectureError(`${positional.length} values; ${order.join(', ')} expected`);
  const all = new Map([...positional.map((value, i) => [order[i]!, value] as const), ...named]);
  only(all, order);
  for (const field of ['normal', 'reduce'])
    if (!all.has(field))
      throw new ArchitectureError(
        `${field} is missing; normal=[...], reduce=[...] or gene=[...] expected`,
      );
  const normal = pairsOf(all.get('normal')!, 'normal');
  const reduce = pairsOf(all.get('reduce')!, 'reduce');
  if (normal.length !== reduce.length)
    throw new ArchitectureError(
      `normal has ${normal.length / 2} nodes, reduce ${reduce.length / 2}: the cells of this lab have equally many`,
    );
  const nodes = normal.length / 2;
  for (const field of ['normal_concat', 'reduce_concat'])
    if (all.has(field)) concatOf(all.get(field)!, nodes, field);
  return { kind: 'pair', name, nodes, normal, reduce };
}

function only(given: ReadonlyMap<string, unknown>, known: readonly string[]): void {
  for (const field of given.keys())
    if (!known.includes(field))
      throw new ArchitectureError(
        `${field.slice(0, 40)} is not known; ${known.join(', ')} expected`,
      );
}

function listOf(value: Literal, place: string): readonly Literal[] {
  if (value.kind !== 'list' && value.kind !== 'tuple')
    throw new ArchitectureError(`${place}: a list expected`);
  return value.items;
}

/** Two edges a node, in order of the nodes: entries 0 and 1 lead to node 2. */
function pairsOf(value: Literal, place: string): StructureOperation[] {
  const items = listOf(value, place);
  if (items.length === 0 || items.length % 2 === 1 || items.length > 16)
    throw new ArchitectureError(
      `${place}: ${items.length} entries; two for each of 1 to 8 nodes expected`,
    );
  return items.map((item, i) => {
    const here = `${place}[${i}]`;
    const [operation, from, ...rest] = listOf(item, here);
    if (operation?.kind !== 'text' || from?.kind !== 'number' || rest.length > 0)
      throw new ArchitectureError(`${here}: a pair ('operation', state) expected`);
    return { operation: operation.value, from: from.value, to: nodeState(Math.floor(i / 2)) };
  });
}

function concatOf(value: Literal, nodes: number, place: string): void {
  const concat = listOf(value, place).map((item) => {
    if (item.kind !== 'number') throw new ArchitectureError(`${place}: whole numbers expected`);
    return item.value;
  });
  requireAllNodes(concat, nodes, place);
}

function cellsOf(name: string, gene: Literal, concat: Literal | undefined): Genotype {
  const lists = listOf(gene, 'gene');
  if (lists.length < 3 || lists.length > 40)
    throw new ArchitectureError(`gene: ${lists.length} cells; 3 to 40 are supported`);
  const wide = lists.every((cell, c) =>
    listOf(cell, `gene[${c}]`).every(
      ({ kind, ...entry }) => kind === 'tuple' && 'items' in entry && entry.items.length === 4,
    ),
  );
  const cells = lists.map((cell, c) =>
    wide
      ? listOf(cell, `gene[${c}]`).map((item, i) => wideOf(item, `gene[${c}][${i}]`))
      : pairsOf(cell, `gene[${c}]`),
  );
  const nodes = Math.max(...cells.flat().map(({ to }) => nodeOf(to) + 1), 1);
  if (nodes > 8)
    throw new ArchitectureError(`gene: a cell of ${nodes} nodes; at most 8 are supported`);
  if (concat) concatOf(concat, nodes, 'concat');
  return { kind: 'cells', name, nodes, form: wide ? evaluationForm : dartsForm, cells };
}

/** (operation, from, to, widths) */
function wideOf(item: Literal, place: string): StructureOperation {
  const [operation, from, to, widths] = listOf(item, place);
  if (operation?.kind !== 'text' || from?.kind !== 'number' || to?.kind !== 'number' || !widths)
    throw new ArchitectureError(`${place}: ('operation', from, to, [widths]) expected`);
  return {
    operation: operation.value,
    from: from.value,
    to: to.value,
    widths: listOf(widths, `${place}[3]`).map((width) => {
      if (width.kind !== 'number')
        throw new ArchitectureError(`${place}[3]: whole numbers expected`);
      return width.value;
    }),
  };
}
