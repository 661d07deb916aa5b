/** Which pruned operations come back after a stage (docs/algorithm.md, Progressive re-evaluation). Pure. */
import { sigmoid, slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import type { RandomStream } from '../random.ts';
import { buildPlan, candidateName } from '../supernet/build-plan.ts';
import { parameter } from '../supernet/layout.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { CellPlan, UnitMasks } from '../supernet/plan.ts';

export interface Regrowth {
  readonly cell: number;
  /** edge * operations + operation. */
  readonly unit: number;
  readonly cellScore: number;
  readonly typeScore: number;
}

/** A (cell, operation type) that may be drawn. */
interface Pair {
  readonly cell: number;
  readonly cellScore: number;
  readonly typeScore: number;
  /** Units pruned there. */
  readonly places: number[];
}

/** Mean over some surviving operations. */
interface Evidence {
  readonly gradient: number;
  readonly importance: number;
}

/**
 * Draws `count` pruned places (fewer where fewer are pruned), each once. A (cell, type) is drawn in proportion to cell
 * score x type score among those with a pruned place, then one of its places uniformly.
 * @param network with the gathered momentum of the importances' gradients.
 */
export function chooseRegrowth(network: Network, count: number, random: RandomStream): Regrowth[] {
  const pairs = scoredPairs(network);
  const chosen: Regrowth[] = [];
  while (chosen.length < count) {
    const open = pairs.filter(({ places }) => places.length > 0);
    if (open.length === 0) break;
    const { cell, cellScore, typeScore, places } = drawWeighted(open, random);
    const [unit] = places.splice(random.integer(places.length), 1);
    chosen.push({ cell, unit, cellScore, typeScore });
  }
  return chosen;
}

function drawWeighted(pairs: readonly Pair[], random: RandomStream): Pair {
  const weights = pairs.map(({ cellScore, typeScore }) => cellScore * typeScore);
  let left = random.uniform() * weights.reduce((a, b) => a + b, 0);
  return pairs.find((_, i) => (left -= weights[i]) < 0) ?? pairs[pairs.length - 1];
}

function scoredPairs(network: Network): Pair[] {
  const { cells, space } = network.plan;
  const cellScores = scores(cells.map((cell) => evidence(network, cell, () => true)!));
  return cells.flatMap((cell, i) => {
    const byType = space.operations.map(({ name }) =>
      evidence(network, cell, (unit) => operationOf(network, unit).name === name),
    );
    const known = scores(byType.filter((e) => e !== null));
    const unknown = Math.min(...known) / 2;
    let next = 0;
    return space.operations.map((_, o): Pair => {
      const places = space.edges
        .map((edge) => edge.index * space.operations.length + o)
        .filter((unit) => !network.masks.operations[cell.shape.index][unit]);
      return {
        cell: cell.shape.index,
        cellScore: cellScores[i],
        typeScore: byType[o] ? known[next++] : unknown,
        places,
      };
    });
  });
}

function operationOf({ plan: { space } }: Network, unit: number) {
  return space.operations[unit % space.operations.length];
}

function evidence(
  { plan, parameters }: Network,
  cell: CellPlan,
  chosen: (unit: number) => boolean,
): Evidence | null {
  const units = cell.candidates.map(({ unit }) => unit).filter(chosen);
  if (units.length === 0) return null;
  const spec = parameter(plan.table, `cells.${cell.shape.index}.alpha`);
  const momentum = slice(parameters.momentum, spec);
  const alpha = slice(parameters.values, spec);
  const mean = (f: (unit: number) => number): number =>
    units.reduce((sum, unit) => sum + f(unit), 0) / units.length;
  return {
    gradient: mean((unit) => Math.abs(momentum[unit])),
    importance: mean((unit) => sigmoid(alpha[unit])),
  };
}

/** Half from gradients, half from importances, each as a share of their sum. */
function scores(all: readonly Evidence[]): number[] {
  const shares = (values: number[]): number[] => {
    const sum = values.reduce((a, b) => a + b, 0);
    return values.map((value) => (sum > 0 ? value / sum : 1 / values.length));
  };
  const gradients = shares(all.map(({ gradient }) => gradient));
  const importances = shares(all.map(({ importance }) => importance));
  return all.map((_, i) => gradients[i] / 2 + importances[i] / 2);
}

/**
 * The network with these operations back: fresh weights at the current widths, all filters, gate logits 0, thresholds 0,
 * and the importance as it was drawn at the start of the search.
 */
export function regrow(
  network: Network,
  regrowths: readonly (Pick<Regrowth, 'cell' | 'unit'> & Partial<Regrowth>)[],
  seed: number,
  generation: number,
): Network {
  const { space, endCell, stage, table } = network.plan;
  const masks: UnitMasks = {
    operations: network.masks.operations.map((mask) => mask.slice()),
    filters: { ...network.masks.filters },
  };
  for (const { cell, unit } of regrowths) {
    masks.operations[cell][unit] = 1;
    const edge = Math.floor(unit / space.operations.length);
    const name = candidateName(cell, edge, operationOf(network, unit));
    for (const group of Object.keys(masks.filters)) {
      if (group === name || group.startsWith(`${name}.`))
        masks.filters[group] = new Uint8Array(masks.filters[group].length).fill(1);
    }
  }
  const plan = buildPlan(space, masks, endCell, stage);
  const parameters = migrateParameters(
    plan.table,
    { table, parameters: network.parameters },
    seed,
    generation,
  );
  const alphas = plan.table.specs.filter(({ group }) => group === 'alpha');
  const initial = migrateParameters({ ...plan.table, specs: alphas }, null, seed, 0).values;
  for (const { cell, unit } of regrowths) {
    for (const name of ['alpha', 'operationThreshold', 'filterThreshold', 'weightThreshold']) {
      const at = parameter(plan.table, `cells.${cell}.${name}`).offset + unit;
      parameters.values[at] = initial[at];
      parameters.momentum[at] = 0;
    }
  }
  return { plan, masks, parameters };
}
