import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationNames } from '../../domain/operations/registry.ts';
import { architectureJsonSchema } from '../../../scripts/architecture-schema.ts';
import { commitLive } from '../granularity/commit.ts';
import { superNetTotals } from '../granularity/count.ts';
import { count } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import { everyLevel, freshNetwork, scatteredNetwork, smallSpace } from '../granularity/testing.ts';
import { smallSettings, syntheticData } from '../search/testing/setup.ts';
import { engineVersion } from '../version.ts';
import { decodeBitmap, encodeBitmap } from './bitmap.ts';
import { describeArchitecture } from './describe.ts';
import { ArchitectureError, parseArchitecture } from '../../domain/architecture/schema.ts';

const settings = smallSettings((s) => (s.space = smallSpace));
const describeNetwork = (network: Network) =>
  describeArchitecture({
    network,
    totals: superNetTotals(network.plan.space),
    settings,
    data: syntheticData(settings),
    steps: 10,
    validationAccuracy: 0.5,
    targetReached: true,
  });
const found = describeNetwork(commitLive(scatteredNetwork(), everyLevel).network);

describe('bitmaps', () => {
  it('survive a round trip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 1 }), (mask) => {
        expect(decodeBitmap(encodeBitmap(mask), mask.length)).toEqual(mask);
      }),
    );
    expect(() => decodeBitmap(encodeBitmap(new Uint8Array(9)), 20)).toThrow(RangeError);
  });

  it('start at the least significant bit', () => {
    expect(encodeBitmap(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1))).toBe(btoa('\u0001\u0001'));
  });
});

describe('an architecture', () => {
  it('of an unpruned super-net counts the same at every level', () => {
    const { parameters, macs, remaining, cells } = describeNetwork(freshNetwork());
    expect(new Set(Object.values(parameters)).size).toBe(1);
    expect(new Set(Object.values(macs)).size).toBe(1);
    expect(remaining.operation).toEqual({ left: 70, total: 70 });
    expect(
      cells[0]!.operations.every(({ blocks }) =>
        blocks.every(({ depthwise }) => depthwise.mask === null),
      ),
    ).toBe(true);
  });

  it('shrinks level by level', () => {
    const { superNet, afterOperations, afterFilters, dense, active } = found.parameters;
    expect([superNet, afterOperations, afterFilters, active].toSorted((a, b) => b - a)).toEqual([
      superNet,
      afterOperations,
      afterFilters,
      active,
    ]);
    expect(new Set([superNet, afterOperations, afterFilters, active]).size).toBe(4);
    expect(dense).toBe(afterFilters);
    expect(found.macs.sparse).toBeLessThan(found.macs.dense);
    expect(found.macs.dense).toBeLessThan(found.macs.superNet);
  });

  it('counts multiply-accumulates by the definition', () => {
    const { cells } = describeNetwork(freshNetwork());
    // Cell 1 reduces 8 x 8 to 4 x 4 with 8 channels: two blocks of a separable 3x3 from the first input.
    const separable = cells[1]!.operations.find(
      ({ operation, from }) => operation === 'sep_conv_3x3' && from === 0,
    )!;
    expect(separable.macs.dense).toBe(2 * (3 * 3 * 8 + 8 * 8) * 4 * 4);
    const skip = cells[1]!.operations.find(
      ({ operation, from }) => operation === 'skip_connect' && from === 0,
    )!;
    expect(skip.macs.dense).toBe(8 * 8 * 4 * 4);
    expect(skip.parameters.dense).toBe(8 * 8 + 2 * 8);
    // Its preprocesses: 1x1 convolutions at 8 x 8 from the stem (8 channels) and from cell 0 (2 nodes of 4).
    const operations = cells[1]!.operations.reduce((sum, { macs }) => sum + macs.dense, 0);
    expect(cells[1]!.macs.dense - operations).toBe(2 * 8 * 8 * 8 * 8);
  });

  it('has weight masks that match the number of active weights', () => {
    const arrays = found.cells.flatMap(({ operations }) =>
      operations.flatMap(({ blocks }) =>
        blocks.flatMap(({ depthwise, pointwise }) => [depthwise, pointwise]),
      ),
    );
    const masked = arrays.filter(({ mask }) => mask !== null);
    expect(masked.length).toBeGreaterThan(0);
    for (const { shape, alive, mask } of masked)
      expect(
        count(
          decodeBitmap(
            mask!,
            shape.reduce((a, b) => a * b, 1),
          ),
        ),
      ).toBe(alive);
  });

  it('satisfies both schemas, and is parsed from its own JSON', () => {
    const json = JSON.stringify(found);
    expect(parseArchitecture(json)).toEqual(JSON.parse(json));
    const validate = new Ajv({ strict: false }).compile(JSON.parse(architectureJsonSchema()));
    expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('is rejected with the path of the invalid field', () => {
    const wrong = structuredClone(found) as { cells: { operations: { operation: string }[] }[] };
    wrong.cells[1]!.operations[0]!.operation = 'conv_9x9';
    expect(() => parseArchitecture(wrong)).toThrow(/cells\.1\.operations\.0\.operation/);
    expect(() => parseArchitecture('{')).toThrow(ArchitectureError);
    expect(() => parseArchitecture({ format: 'something' })).toThrow(ArchitectureError);
  });
});

describe('the published schema', () => {
  it('lists every operation', () => {
    for (const name of operationNames) expect(architectureJsonSchema()).toContain(`"${name}"`);
  });

  it('and the engine version are those of the package', () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(engineVersion).toBe(version);
  });
});
