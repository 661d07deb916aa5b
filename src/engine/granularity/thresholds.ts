/** What the search does to thresholds between steps: reset them, hold them, and keep them under what must survive. */
import { parameter } from '../../domain/graph/layout.ts';
import type { NetworkParameters, ParameterSpec } from '../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import { prunableFilters, weightThreshold } from './live.ts';
import { sigmoid, slice } from './network.ts';
import type { Network } from './network.ts';

/** Share by which a threshold stays under the importance it must not prune: far above float32's and a GPU's error. */
const clearance = 1e-4;

const names = ['operationThreshold', 'filterThreshold', 'weightThreshold'];

/** Sets the thresholds of the cells, and their momentum, to zero, in place: a stage's start (docs/algorithm.md, Stages 2). */
export function resetThresholds(
  plan: NetworkPlan,
  parameters: NetworkParameters,
  chosen: (cell: number) => boolean = () => true,
): void {
  for (const cell of plan.cells) {
    if (!chosen(cell.shape.index)) continue;
    const vectors = names.map((name) => `cells.${cell.shape.index}.${name}`);
    for (const name of [...vectors, ...cell.gated.map(({ threshold }) => threshold.name)]) {
      const spec = parameter(plan.table, name);
      slice(parameters.values, spec).fill(0);
      slice(parameters.momentum, spec).fill(0);
    }
  }
}

/**
 * Lowers, in place, every filter and weight threshold that lies above all it could prune to just under the largest
 * importance. Without this the unit that is kept as the last of its group would still be multiplied by a live mask of
 * zero. Operations need none of it, since a step keeps a node's last candidate by itself, but for those that a user
 * protects.
 */
export function yieldToLastSurvivors(
  network: Network,
  kept: (cell: number, unit: number) => boolean = () => false,
): void {
  const { plan, parameters } = network;
  for (const cell of plan.cells) {
    const c = cell.shape.index;
    const alpha = slice(parameters.values, parameter(plan.table, `cells.${c}.alpha`));
    for (const { unit } of cell.candidates) {
      if (kept(c, unit))
        lower(
          parameters,
          parameter(plan.table, `cells.${c}.operationThreshold`),
          unit,
          sigmoid(alpha[unit]!),
        );
    }
    for (const { name, thresholds, index } of prunableFilters(cell)) {
      const gates = slice(parameters.values, parameter(plan.table, `${name}.gate`));
      lower(
        parameters,
        parameter(plan.table, thresholds),
        index,
        sigmoid(gates.reduce((a, b) => Math.max(a, b), -Infinity)),
      );
    }
  }
  for (const spec of plan.table.specs) {
    if (!spec.maskedBy) continue;
    const largest = largestAlive(parameters, spec);
    if (largest === 0 || weightThreshold(network, spec.maskedBy) < largest) continue;
    lower(
      parameters,
      parameter(plan.table, `cells.${spec.maskedBy.cell}.weightThreshold`),
      spec.maskedBy.unit,
      largest,
    );
  }
}

function lower(
  { values, momentum }: NetworkParameters,
  spec: ParameterSpec,
  index: number,
  importance: number,
): void {
  const at = spec.offset + index;
  if (values[at]! < importance) return;
  values[at] = importance * (1 - clearance);
  momentum[at] = 0;
}

function largestAlive({ values, weightMask }: NetworkParameters, spec: ParameterSpec): number {
  let largest = 0;
  for (let i = spec.offset; i < spec.offset + spec.size; i++)
    if (weightMask[i]) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
