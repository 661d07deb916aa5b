import { describe, expect, it } from 'vitest';
import { countParameters } from '../granularity/count.ts';
import { count, slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import { parameter } from '../../domain/graph/layout.ts';
import type { ParameterSpec } from '../../domain/graph/parameters.ts';
import { rebuildNetwork, trainedLevels } from '../train/rebuild.ts';
import { networkOf, parseTrained } from '../train/trained.ts';
import { addMacs, macsByOwner } from './macs.ts';
import { imageSize, sampleChain, sampleTrained, sampleWidened } from './export/sample.ts';
import { parseArchitecture } from '../../domain/architecture/schema.ts';
import { widenArchitecture } from './widen.ts';
import type { MobileSettings } from '../../domain/spaces/mobile-table.ts';
import { cellSettings } from '../../domain/spaces/settings.ts';

const trained = sampleTrained();
const chain = sampleChain(1);
const found = trained.architecture;
const wide = (factor: number) => widenArchitecture(found, factor);

/** Axis along which a weight is summed over channels, else -1. */
function summedAxis({ name }: ParameterSpec): number {
  if (/\.(pointwise|conv1|conv2|preprocess\d\.conv|expand|project)$|^head\.conv$/.test(name))
    return 2;
  return /^heads\.\d+\.weight$/.test(name) ? 0 : -1;
}

/** The narrow network's numbers in the wide one: each copy as its channel, and each sum over copies as the sum before. */
function copyValues(narrow: Network, network: Network, factor: number): void {
  for (const spec of network.plan.table.specs) {
    if (spec.group !== 'weight' && spec.group !== 'statistic') continue;
    const source = parameter(narrow.plan.table, spec.name);
    const from = slice(narrow.parameters.values, source);
    slice(network.parameters.values, spec).forEach((_, element, values) => {
      let [rest, place, step] = [element, 0, 1];
      for (let axis = spec.shape.length - 1; axis >= 0; axis--) {
        place +=
          Math.floor((rest % spec.shape[axis]!) / (spec.shape[axis]! / source.shape[axis]!)) * step;
        rest = Math.floor(rest / spec.shape[axis]!);
        step *= source.shape[axis]!;
      }
      values[element] = from[place]! / (summedAxis(spec) >= 0 ? factor : 1);
    });
  }
}

async function logitsOf({ plan, parameters }: Network): Promise<Float32Array> {
  const images = Float32Array.from({ length: 3 * imageSize ** 2 }, (_, i) => Math.sin(i * i));
  const stepper = await createComposedStepper('cpu');
  await stepper.load(plan, parameters, {
    batchSize: 3,
    granularities: trainedLevels,
  });
  const logits = await stepper.logits({ images, labels: new Int32Array(3), size: 3 }, 'running');
  stepper.dispose();
  return logits;
}

describe('a widened architecture', () => {
  it.each([2, 3])('%i times: is read by this program, and states its own sizes', (factor) => {
    const widened = parseArchitecture(JSON.stringify(wide(factor)));
    const network = rebuildNetwork(widened, 1);
    expect(widened.parameters).toMatchObject(countParameters(network));
    expect(widened.macs).toMatchObject(addMacs(macsByOwner(network).values()));
    const channels = ({ settings }: typeof found) => cellSettings(settings.space).channels;
    expect(channels(widened)).toBe(factor * channels(found));
    expect(widened.remaining.operation).toEqual(found.remaining.operation);
    expect(widened.remaining.filter).toEqual({
      left: factor * found.remaining.filter.left,
      total: factor * found.remaining.filter.total,
    });
    expect([widened.widened, widened.validationAccuracy]).toEqual([factor, null]);
    widened.cells.forEach((cell, c) =>
      cell.operations.forEach((operation, o) => {
        const narrow = found.cells[c]!.operations[o]!;
        expect([operation.operation, operation.from, operation.to, operation.importance]).toEqual([
          narrow.operation,
          narrow.from,
          narrow.to,
          narrow.importance,
        ]);
        operation.blocks.forEach((block, b) => {
          const { filters, depthwise, pointwise } = narrow.blocks[b]!;
          expect(block.filters).toHaveLength(factor * filters.length);
          expect(block.depthwise.alive).toBe(factor * depthwise.alive);
          expect(block.pointwise.alive).toBe(factor ** 2 * pointwise.alive);
        });
      }),
    );
  });

  it('grows linearly with one channel axis, quadratically with two', () => {
    const shape = (factor: number) => {
      const { plan } = rebuildNetwork(wide(factor), 1);
      const size = (pattern: RegExp) =>
        plan.table.specs
          .filter(({ name }) => pattern.test(name))
          .reduce((sum, spec) => sum + spec.size, 0);
      return {
        linear: size(/depthwise|gamma|beta|stem\.conv|heads\.\d+\.weight/),
        square: size(/pointwise|conv1|conv2|preprocess\d\.conv$/),
        fixed: size(/heads\.\d+\.bias/),
      };
    };
    const [one, three] = [shape(1), shape(3)];
    expect(three).toEqual({ linear: 3 * one.linear, square: 9 * one.square, fixed: one.fixed });
    expect(wide(3).parameters.dense).toBe(three.linear + three.square + three.fixed);
  });

  it.each([
    ['cells', trained],
    ['a chain', chain],
  ])(
    'has the structure of the original: with copied weights, its logits (%s)',
    async (_, one) => {
      const narrow = networkOf(one);
      const network = rebuildNetwork(widenArchitecture(one.architecture, 2), 1);
      copyValues(narrow, network, 2);
      const [expected, logits] = [await logitsOf(narrow), await logitsOf(network)];
      expect(logits).toHaveLength(3 * one.architecture.dataset.classes);
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
      logits.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
      // Not since everything were masked.
      expect(count(network.parameters.weightMask)).toBeGreaterThan(
        2 * count(narrow.parameters.weightMask),
      );
    },
    60_000,
  );

  it('of a chain has every block wider by the factor, its expansion the same', () => {
    const found = chain.architecture;
    const widened = parseArchitecture(JSON.stringify(widenArchitecture(found, 3)));
    const network = rebuildNetwork(widened, 1);
    expect(widened.parameters).toMatchObject(countParameters(network));
    expect(widened.version).toBe(2);
    const space = found.settings.space as MobileSettings;
    expect(widened.settings.space).toMatchObject({
      ...{ stem: 3 * space.stem, first: 3 * space.first, head: 3 * space.head },
    });
    widened.cells.forEach(({ operations }, c) =>
      operations.forEach(({ bottleneck }, o) => {
        const narrow = found.cells[c]!.operations[o]!.bottleneck!;
        expect(bottleneck!.expansion).toBe(narrow.expansion);
        expect(bottleneck!.middle).toHaveLength(3 * narrow.middle.length);
        expect(bottleneck!.expand.alive).toBe(9 * narrow.expand.alive);
        expect(bottleneck!.depthwise.alive).toBe(3 * narrow.depthwise.alive);
        expect(bottleneck!.project.alive).toBe(9 * narrow.project.alive);
      }),
    );
    expect(() => widenArchitecture(found, 200)).toThrow('at most 4096 are supported');
  });

  it('widens by a product, one factor after another', () => {
    expect(widenArchitecture(wide(2), 2)).toEqual(wide(4));
    expect(wide(1)).toBe(found);
  });

  it('is restored from a trained file', () => {
    const file = sampleWidened();
    const back = parseTrained(JSON.stringify(file));
    expect(back).toEqual(file);
    expect(countParameters(networkOf(back))).toMatchObject({
      dense: file.architecture.parameters.dense,
    });
  });

  it.each([0, 1.5, 100])('is rejected for a factor of %d', (factor) => {
    expect(() => wide(factor)).toThrow(RangeError);
  });
});
