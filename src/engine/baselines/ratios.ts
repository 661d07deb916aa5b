/** The practice that the paper argues against: filters and weights pruned by ratios set by hand, the same in every layer. */
import { compact } from '../granularity/commit.ts';
import { countParameters } from '../granularity/count.ts';
import { slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import { parameter } from '../../domain/graph/layout.ts';
import type { UnitMasks } from '../../domain/spaces/plan.ts';

/**
 * Keeps this share of the filters of everything that has gates, at least one: those with the largest
 * |gamma| in their batch norm (network slimming, Liu et al. 2017).
 */
export function pruneFilters(network: Network, keep: number): Network {
  const { plan, parameters } = network;
  const masks: UnitMasks = {
    operations: network.masks.operations,
    filters: { ...network.masks.filters },
  };
  const norms = new Map(
    plan.graph.nodes.flatMap((node) =>
      node.kind === 'norm' && node.gate ? [[node.gate.logits, node.name]] : [],
    ),
  );
  for (const { gated, candidates } of plan.cells) {
    for (const { name, filters } of [
      ...gated,
      ...candidates.flatMap((k) => [...k.blocks, ...(k.reduce ? [k.reduce] : [])]),
    ]) {
      const gamma = slice(
        parameters.values,
        parameter(plan.table, `${norms.get(`${name}.gate`)}.gamma`),
      );
      const order = filters
        .map((_, i) => i)
        .sort((a, b) => Math.abs(gamma[b]!) - Math.abs(gamma[a]!));
      const mask = new Uint8Array(masks.filters[name]!.length);
      for (const i of order.slice(0, Math.max(1, Math.round(keep * filters.length))))
        mask[filters[i]!] = 1;
      masks.filters[name] = mask;
    }
  }
  return compact(network, masks);
}

/**
 * Keeps a share of the weights of every maskable array, at least one: the largest magnitudes.
 * @param weights the share; less where the network would exceed `target` active parameters.
 */
export function pruneByRatios(
  network: Network,
  { weights, target = Infinity }: { weights: number; target?: number },
): Network {
  const at = (keep: number): Network => ({
    ...network,
    parameters: { ...network.parameters, weightMask: magnitudeMask(network, keep) },
  });
  const fits = (keep: number): boolean => countParameters(at(keep)).active <= target;
  if (fits(weights)) return at(weights);
  let [low, high] = [0, weights];
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return at(low);
}

function magnitudeMask({ plan, parameters }: Network, keep: number): Uint8Array {
  const weightMask = parameters.weightMask.slice();
  for (const spec of plan.table.specs) {
    if (!spec.maskedBy || spec.size === 0) continue;
    const values = slice(parameters.values, spec);
    const order = Array.from(values, (_, i) => i).sort(
      (a, b) => Math.abs(values[b]!) - Math.abs(values[a]!),
    );
    const mask = slice(weightMask, spec);
    mask.fill(0);
    for (const i of order.slice(0, Math.max(1, Math.round(keep * spec.size)))) mask[i] = 1;
  }
  return weightMask;
}
