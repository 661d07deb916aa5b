/** What must hold of every search, whatever its settings: checked on everything that a search loads and says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GranularityCounts } from '../../domain/events/events.ts';
import { operationNames } from '../../domain/operations/registry.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { filterGroups } from '../../domain/spaces/build-plan.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import { fakeSearch, smallSettings } from './testing/setup.ts';

type Loaded = { plan: NetworkPlan; parameters: NetworkParameters };

const settingsArbitrary = fc
  .record({
    seed: fc.integer({ min: 0, max: 1000 }),
    cells: fc.integer({ min: 1, max: 4 }),
    nodes: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 5 }),
    stages: fc.integer({ min: 1, max: 3 }),
    operations: fc.subarray([...operationNames], { minLength: 1 }),
    granularities: fc.record({
      operation: fc.boolean(),
      filter: fc.boolean(),
      weight: fc.boolean(),
    }),
    lambda0: fc.constantFrom(0, 1e-3, 1e-2),
    reprune: fc.boolean(),
    commitEvery: fc.integer({ min: 1, max: 3 }),
    targetParameters: fc.constantFrom(1, 1000, 5000),
  })
  .map(({ seed, granularities, lambda0, reprune, commitEvery, targetParameters, ...space }) =>
    smallSettings((settings) => {
      settings.seed = seed;
      settings.space = { ...settings.space, ...space, stages: Math.min(space.stages, space.cells) };
      settings.granularities = granularities;
      settings.regularizer.lambda0 = lambda0;
      settings.reevaluation.reprune = reprune;
      settings.stage = { ...settings.stage, commitEvery, maxEpochs: 6 };
      settings.joint.maxEpochs = 6;
      settings.targetParameters = targetParameters;
    }),
  );

/** Runs a search and calls `check` with everything loaded and the committed ratios said next. */
async function watch(
  settings: SearchSettings,
  check: (
    now: Loaded,
    before: Loaded | null,
    counts: GranularityCounts,
    active: number,
    dense: number,
  ) => void,
) {
  let now: Loaded | null = null;
  let before: Loaded | null = null;
  const { running } = fakeSearch(
    settings,
    {
      onLoad: (plan, parameters) => {
        before = now;
        now = { plan, parameters: { ...parameters, weightMask: parameters.weightMask.slice() } };
      },
    },
    (event) => {
      // After a regrowth, ratios are told before the next stage loads it: nothing to compare them with.
      if (event.type === 'regrown') now = null;
      if (event.type === 'ratios' && event.committed && now)
        check(now, before, event.counts, event.parameters.active, event.parameters.dense);
      if (event.type === 'stage-started') now = null;
    },
  );
  return await running.result;
}

/** Units left, counted unit by unit of the unpruned super-net: is it still in the layout, and not masked? */
function countNaively({ plan, parameters }: Loaded) {
  const left = { operation: 0, filter: 0, weight: 0, active: 0, dense: 0 };
  for (const cell of plan.cells) {
    for (const { index } of plan.space.edges) {
      for (let o = 0; o < plan.space.operations.length; o++) {
        if (cell.candidates.some(({ unit }) => unit === index * plan.space.operations.length + o))
          left.operation++;
      }
    }
    // The network that comes out has a norm behind every pool.
    for (const { pool, outputs } of cell.candidates) {
      const norm = pool ? 2 * outputs.length : 0;
      left.active += norm;
      left.dense += norm;
    }
    for (const { name } of filterGroups(plan.space, cell.shape))
      left.filter += plan.table.byName.get(`${name}.gate`)?.size ?? 0;
  }
  for (const { group, maskedBy, offset, size } of plan.table.specs) {
    for (let i = offset; i < offset + size; i++) {
      if (maskedBy && parameters.weightMask[i]) left.weight++;
      if (group === 'weight') left.dense++;
      if (group === 'weight' && parameters.weightMask[i]) left.active++;
    }
  }
  return left;
}

/** Every element of a parameter by name and original ids: what survives is comparable across layouts. */
function elements({ plan, parameters }: Loaded): Map<string, number> {
  const all = new Map<string, number>();
  for (const { name, maskedBy, offset, size, shape, ids } of plan.table.specs) {
    if (!maskedBy) continue;
    for (let i = 0; i < size; i++) {
      const key: number[] = [];
      let rest = i;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const at = rest % shape[axis]!;
        key.unshift(ids[axis]?.[at] ?? at);
        rest = Math.floor(rest / shape[axis]!);
      }
      all.set(`${name} ${key.join()}`, parameters.weightMask[offset + i]!);
    }
  }
  return all;
}

describe('in every search', () => {
  it('masks only shrink between regrowths', async () => {
    await fc.assert(
      fc.asyncProperty(settingsArbitrary, async (settings) => {
        await watch(settings, (now, before) => {
          if (!before) return;
          const old = elements(before);
          for (const [key, mask] of elements(now))
            expect(mask).toBeLessThanOrEqual(old.get(key) ?? 0);
          for (const { name } of now.plan.table.specs)
            expect(before.plan.table.byName.has(name)).toBe(true);
        });
      }),
      { numRuns: 15 },
    );
  });

  it('a node never loses its last operation, nor a convolution its last filter', async () => {
    await fc.assert(
      fc.asyncProperty(settingsArbitrary, async (settings) => {
        await watch(settings, ({ plan }) => {
          for (const { candidates, preprocess, live } of plan.cells) {
            for (let to = 2; to < plan.space.nodes + 2; to++)
              expect(candidates.some((k) => k.to === to)).toBe(true);
            const groups = [
              ...preprocess,
              ...candidates.flatMap((k) => [...k.blocks, ...(k.reduce ? [k.reduce] : [])]),
            ];
            for (const { filters } of groups) expect(filters.length).toBeGreaterThan(0);
            for (const channels of live) expect(channels.length).toBeGreaterThan(0);
          }
        });
      }),
      { numRuns: 15 },
    );
  });

  it('reported ratios and parameters equal those of masks and compacted tensors', async () => {
    await fc.assert(
      fc.asyncProperty(settingsArbitrary, async (settings) => {
        await watch(settings, (now, _, counts, active, dense) => {
          const left = countNaively(now);
          expect([counts.operation.left, counts.filter.left, counts.weight.left]).toEqual([
            left.operation,
            left.filter,
            left.weight,
          ]);
          expect({ active, dense }).toEqual({ active: left.active, dense: left.dense });
          expect(counts.operation.total).toBe(
            now.plan.cells.length * now.plan.space.edges.length * now.plan.space.operations.length,
          );
        });
      }),
      { numRuns: 15 },
    );
  });

  it('the same seed gives the same architecture', async () => {
    await fc.assert(
      fc.asyncProperty(settingsArbitrary, async (settings) => {
        const [one, other] = await Promise.all([
          fakeSearch(settings).running.result,
          fakeSearch(settings).running.result,
        ]);
        expect(one).toEqual(other);
      }),
      { numRuns: 10 },
    );
  });
});
