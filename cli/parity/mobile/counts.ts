/** Parameters, multiply-accumulates and units of MobileNet-like networks: exact. */
import * as v from 'valibot';
import { buildPlan, fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import { ownerOf } from '../../../src/domain/counts.ts';
import { addMacs, macsByOwner } from '../../../src/engine/architecture/macs.ts';
import {
  addCounts,
  addParameters,
  parametersByOwner,
  summarizeCells,
  superNetTotals,
} from '../../../src/engine/granularity/count.ts';
import { count } from '../../../src/engine/granularity/network.ts';
import type { Network } from '../../../src/engine/granularity/network.ts';
import { checkEqual } from '../compare.ts';
import type { Check } from '../compare.ts';
import { NdArraySchema, parseAs } from '../reference.ts';
import { commitUnits, commitWeights } from './names.ts';
import { spaceOf, SpaceSchema } from './table.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const unit = v.object({ left: whole, total: whole });
const EntrySchema = v.object({
  parameters: v.object({ dense: whole, active: whole }),
  macs: v.object({ dense: whole, sparse: whole }),
  units: v.object({ operation: unit, filter: unit, weight: unit }),
});
type Entry = v.InferOutput<typeof EntrySchema>;

const FileSchema = v.object({
  cases: v.pipe(
    v.array(
      v.object({
        name: v.string(),
        space: SpaceSchema,
        /** From 1. */
        stage: v.pipe(v.number(), v.integer(), v.minValue(1)),
        committed: v.record(v.string(), NdArraySchema),
        counts: v.object({
          stem: EntrySchema,
          first: EntrySchema,
          layers: v.array(EntrySchema),
          head: v.optional(EntrySchema),
          classifier: EntrySchema,
          total: EntrySchema,
        }),
      }),
    ),
    v.minLength(1),
  ),
});
type Case = v.InferOutput<typeof FileSchema>['cases'][number];

const nothing = (): Entry['units'] => ({
  operation: { left: 0, total: 0 },
  filter: { left: 0, total: 0 },
  weight: { left: 0, total: 0 },
});

/** @throws ReferenceError for a file of another form. */
export function checkMobileCounts(content: unknown, file: string): Check[] {
  const { cases } = parseAs(FileSchema, content, file);
  return cases.flatMap((one) => checkCase(one, file));
}

function checkCase({ name, space: given, stage, committed, counts }: Case, file: string): Check[] {
  const { space, table } = spaceOf(given, file);
  const masks = fullMasks(space);
  commitUnits(committed, table, masks, file);
  const plan = buildPlan(space, masks, space.stageEnds[stage - 1]!, stage - 1);
  const weightMask = new Uint8Array(plan.table.size).fill(1);
  commitWeights(committed, plan, table, weightMask);
  const none = new Float32Array(0);
  const network: Network = {
    plan,
    masks,
    parameters: { values: none, momentum: none, weightMask },
  };
  const actual = countAll(network);
  return Object.entries(counts).flatMap(([owner, expected]) =>
    Array.isArray(expected)
      ? expected.map((entry, l) => checkEqual(`${name}, layer ${l}`, actual.layers[l], entry))
      : [checkEqual(`${name}, ${owner}`, actual[owner as keyof typeof actual], expected)],
  );
}

/** What the reference counts, by its owners. The engine counts the head's filters to the last layer. */
function countAll(network: Network): Record<string, Entry | Entry[]> & { layers: Entry[] } {
  const { plan } = network;
  const parameters = [...parametersByOwner(network)];
  const macs = [...macsByOwner(network)];
  const sizes = (chosen: (owner: string) => boolean): Omit<Entry, 'units'> => {
    const own = <T>(all: [string, T][]): T[] =>
      all.filter(([owner]) => chosen(owner)).map(([, size]) => size);
    return { parameters: addParameters(own(parameters)), macs: addMacs(own(macs)) };
  };
  const headFilters = network.masks.filters.head;
  const head = nothing();
  if (plan.cells.at(-1)!.gated.length > 0)
    head.filter = { left: count(headFilters!), total: headFilters!.length };
  const cells = summarizeCells(network, superNetTotals(plan.space));
  const layers = cells.map(({ cell, counts }): Entry => {
    const isLast = plan.cells[cell]!.gated.length > 0;
    const { left, total } = counts.filter;
    const filter = isLast
      ? { left: left - head.filter.left, total: total - head.filter.total }
      : { left, total };
    return {
      ...sizes((owner) => owner.startsWith(`cells.${cell}.`)),
      units: { ...counts, filter },
    };
  });
  return {
    stem: { ...sizes((owner) => owner === 'stem'), units: nothing() },
    first: { ...sizes((owner) => owner === 'first'), units: nothing() },
    layers,
    head: { ...sizes((owner) => owner === 'head'), units: head },
    classifier: {
      ...sizes((owner) => owner === ownerOf(`${plan.head.name}.weight`)),
      units: nothing(),
    },
    total: { ...sizes(() => true), units: addCounts(cells.map(({ counts }) => counts)) },
  };
}
