/** Places norms: the pools that they follow, their statistics, and their results where those are stored. */
import type { NodeOf } from '../../../domain/graph/graph.ts';
import type { Batch } from './batches.ts';
import { groupBy } from './group-by.ts';
import type { PlannedSet } from './mix-sets.ts';
import { inItsLanes } from './places.ts';
import type { Places } from './places.ts';
import { refuse, strideOf } from './select.ts';
import { allot, tensor } from './tensor.ts';
import type { Norm, Tensor } from './tensor.ts';

export function pools(places: Places, norms: readonly NodeOf<'norm'>[]): Batch[] {
  const reads = norms.map((norm) => {
    const pool = norm.inputs[0] as NodeOf<'pool'>;
    return { norm, pool, value: places.value(pool, pool.inputs[0]!) };
  });
  return groupBy(
    reads,
    ({ pool }) => pool.stride,
    ({ value }) => value.place.tensor,
  ).map((own): Batch => {
    const { pool, value } = own[0]!;
    const output = places.results(pool.size, pool);
    return {
      kind: 'pool',
      ...{ stride: strideOf(pool, pool.stride), input: value.place.tensor, output },
      members: own.map((one) => {
        const { quads, laneOf } = one.value.place;
        const place = allot(output, quads, laneOf);
        places.raw.set(one.norm, place);
        return { norm: one.norm, maximum: one.pool.pool === 'max', value: one.value, place };
      }),
    };
  });
}

/** Runs of norms whose inputs lie one behind the other. */
export function statistics(places: Places, nodes: readonly NodeOf<'norm'>[]): Batch[] {
  const batches: { kind: 'norm'; input: Tensor; norms: Norm[] }[] = [];
  for (const node of nodes) {
    const raw = places.raw.get(node) ?? places.raw.get(node.inputs[0]!);
    if (!raw) refuse(node, `a norm of a ${node.inputs[0]!.kind}`);
    if ([...places.norms.values()].some((other) => other.raw === raw))
      refuse(node, `a second norm of ${node.inputs[0]!.name}`);
    places.norms.set(node, { node, raw });
  }
  const norms = nodes.map((node) => places.norms.get(node)!);
  for (const norm of norms.sort((a, b) => a.raw.quad - b.raw.quad)) {
    const { tensor: input, quad } = norm.raw;
    const open = batches.find((batch) => {
      const { raw } = batch.norms.at(-1)!;
      return batch.input === input && raw.quad + raw.quads === quad;
    });
    if (open) open.norms.push(norm);
    else batches.push({ kind: 'norm', input, norms: [norm] });
  }
  return batches;
}

export function store(places: Places, nodes: readonly NodeOf<'norm'>[]): Batch[] {
  const norms = nodes.map((node) => places.norms.get(node)!);
  const setOf = ({ node }: Norm): PlannedSet | undefined =>
    places.sets.find(({ isDirect, outside }) => isDirect && outside.includes(node));
  return groupBy(norms, ({ raw }) => raw.tensor, setOf).map((own): Batch => {
    const { raw, node } = own[0]!;
    const set = setOf(own[0]!);
    const compact = tensor(node.name, raw.tensor.size);
    const compacted = own.map((one) => allot(compact, one.raw.quads, one.raw.laneOf));
    const copies = [{ tensor: compact, places: compacted }];
    if (set && !compacted.every((place) => inItsLanes(place, set.quads))) {
      const wide = tensor(`${node.name} in the lanes of ${set.tensor.label}`, compact.size);
      const spread = own.map((one) => {
        const laneOf = new Map(one.node.channels.map((id) => [id, id]));
        const place = allot(wide, set.quads, laneOf);
        places.spread.set(one.node, place);
        return place;
      });
      copies.push({ tensor: wide, places: spread });
    }
    const last = copies.at(-1)!;
    const gradient = tensor(`gradient of ${last.tensor.label}`, compact.size, true);
    gradient.quads = last.tensor.quads;
    return {
      kind: 'store',
      ...{ copies, input: raw.tensor },
      members: own.map((norm, i) => {
        const at = { ...last.places[i]!, tensor: gradient };
        const value = { node: norm.node, place: compacted[i]!, gradient: at };
        places.values.set(norm.node, value!);
        return { norm, value, gradient: at };
      }),
    };
  });
}
