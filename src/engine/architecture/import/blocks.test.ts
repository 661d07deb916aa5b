import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArchitectureError, parseArchitecture } from '../../../domain/architecture/schema.ts';
import type { MobileSettings } from '../../../domain/spaces/mobile-table.ts';
import { structureOf } from '../../train/rebuild.ts';
import { newer, writeBlocks } from './blocks-writer.ts';
import type { WrittenBlock } from './blocks-writer.ts';
import { importArchitecture } from './registry.ts';
import type { ImportOptions } from './registry.ts';

const open = (value: unknown, options?: ImportOptions) =>
  importArchitecture(
    [{ name: 'net.config', bytes: new TextEncoder().encode(JSON.stringify(value)) }],
    options,
  );

/** MobileNetV2 (arXiv 1801.04381, table 2) as once-for-all's program writes it. */
const mobileNetV2 =
  ([[24, 2, 2], [32, 3, 2], [64, 4, 2], [96, 3, 1], [160, 3, 2], [320, 1, 1]] as const) // prettier-ignore
    .flatMap(([channels, count, stride]) =>
      Array.from({ length: count }, (_, i): WrittenBlock => [3, 6, channels, i === 0 ? stride : 1]),
    );

const small: readonly WrittenBlock[] = [[3, 3, 24, 2], [5, 6, 24, 1], 'zero', [7, 4, 40, 1]];

describe('JSON of blocks', () => {
  it('has the counts of MobileNetV2: 3,504,872 parameters, 300,774,272 MACs', () => {
    const { architecture, name } = open(writeBlocks({ blocks: mobileNetV2, names: newer }));
    expect(name).toBe('ProxylessNASNets, 16 of 16 layers, 224 pixels');
    expect(architecture.parameters).toMatchObject({ dense: 3_504_872, active: 3_504_872 });
    expect(architecture.macs).toMatchObject({ dense: 300_774_272, sparse: 300_774_272 });
    expect(architecture).toMatchObject({
      ...{ version: 2, form: { sum: 'plain' }, origin: { form: 'mobile-blocks' } },
      dataset: { name: 'ImageNet', classes: 1000, imageSize: 224, imageChannels: 3 },
    });
    expect(parseArchitecture(JSON.stringify(architecture))).toEqual(architecture);
  });

  it('is the same in the words of both programs; a ZeroLayer leaves its layer out', () => {
    const [old, later] = [writeBlocks({ blocks: small }), writeBlocks({ blocks: small, names: newer })]; // prettier-ignore
    const { architecture } = open(old);
    expect(open(later).architecture).toEqual(architecture);
    expect(architecture.settings.space).toMatchObject({
      ...{ stem: 32, stemStride: 2, first: 16, head: 1280 },
      groups: [
        { channels: 24, layers: 3, stride: 2 },
        { channels: 40, layers: 1, stride: 1 },
      ],
    });
    // ProxylessNAS's six candidates, and the one that is used besides.
    const { candidates } = architecture.settings.space as MobileSettings;
    expect(candidates).toContainEqual({ kernel: 7, expansion: 4 });
    expect(candidates).toHaveLength(7);
    expect(
      architecture.cells.map(({ operations }) => operations.map(({ operation }) => operation)),
    ).toEqual([['mbconv_3x3_e3'], ['mbconv_5x5_e6'], [], ['mbconv_7x7_e4']]);
  });

  it('may have fewer channels inside than its expansion gives', () => {
    const network = writeBlocks({ blocks: small, names: newer });
    Object.assign(network.blocks[2]!.conv!, { mid_channels: 100, expand_ratio: null });
    const { bottleneck } = open(network).architecture.cells[1]!.operations[0]!;
    // 100 of 24 * 5.
    expect([bottleneck!.expansion, bottleneck!.middle.length]).toEqual([5, 100]);
  });

  it('takes another image size, image channels and classes', () => {
    const options = { imageSize: 32, imageChannels: 1, classes: 7 };
    const { architecture } = open(writeBlocks({ blocks: small }), options);
    expect(architecture.dataset).toMatchObject(options);
    expect(architecture.cells.map(({ size }) => size)).toEqual([8, 8, 8, 8]);
    structureOf(architecture);
  });

  type Network = ReturnType<typeof writeBlocks>;
  type Conv = Record<string, unknown>;
  const conv = ({ blocks }: Network, i: number): Conv => blocks[i]!.conv as Conv;
  it.each<[string, (network: Network) => unknown, string]>([
    [
      'squeeze-and-excitation and hard swish, in one sentence',
      (n) => [Object.assign(conv(n, 1), { use_se: true }), Object.assign(conv(n, 2), { act_func: 'h_swish' })], // prettier-ignore
      'it needs squeeze-and-excitation and the activation hard swish, which the MobileNet-like space',
    ],
    ['MobileNetV3', (n) => (n.name = 'MobileNetV3'), 'it needs the head of MobileNetV3'],
    ['a super-net', (n) => (n.name = 'OFAProxylessNASNets'), 'is a super-net of once-for-all'],
    ['a first block of another kernel', (n) => (conv(n, 0).kernel_size = 5), 'blocks.0: the first block of this lab is 3x3'], // prettier-ignore
    ['a kernel of 4', (n) => (conv(n, 1).kernel_size = 4), 'blocks.1: kernel_size 4; there is 3, 5, 7'], // prettier-ignore
    ['expansion 1', (n) => Object.assign(conv(n, 1), { expand_ratio: 1, mid_channels: null }), 'blocks.1: 16 channels inside of 16 inputs'], // prettier-ignore
    ['expansion 8', (n) => Object.assign(conv(n, 1), { expand_ratio: 8, mid_channels: null }), 'up to 6 times as many'], // prettier-ignore
    ['stride 3', (n) => (conv(n, 1).stride = 3), 'blocks.1: stride 3; there is 1 and 2'],
    ['a missing shortcut', (n) => (n.blocks[2]!.shortcut = null), 'blocks.2: no shortcut, but'],
    ['widths that do not fit', (n) => (conv(n, 2).in_channels = 25), 'blocks.2: in_channels: 25, but the block before writes 24'], // prettier-ignore
    ['no 1x1 convolution', (n) => Object.assign(n, { feature_mix_layer: null }), 'feature_mix_layer is missing'], // prettier-ignore
    ['a stem of 5x5', (n) => (n.first_conv.kernel_size = 5), 'first_conv: it must be a plain 3x3'],
    ['a layer of another kind', (n) => (conv(n, 1).name = 'DepthConvLayer'), 'blocks.1.conv.name'],
    ['a left-out layer that halves', (n) => (conv(n, 3).stride = 2), 'blocks.3: a ZeroLayer of stride 2'], // prettier-ignore
    ['too many weights', (n) => Object.assign(n.classifier, { out_features: 100_000 }), 'million parameters; up to 100 million'], // prettier-ignore
    ['too many layers', (n) => n.blocks.push(...Array.from({ length: 100 }, () => n.blocks[3]!)), 'at most 100'], // prettier-ignore
  ])('is refused with %s', (_, change, message) => {
    const network = writeBlocks({ blocks: small, names: newer });
    change(network);
    expect(() => open(network)).toThrow(ArchitectureError);
    expect(() => open(network)).toThrow(message);
    expect(() => open(network)).toThrow(/^net\.config: /);
  });

  it('settles its own layers', () => {
    expect(() => open(writeBlocks({ blocks: small }), { cells: 4 })).toThrow(
      'cells 4: leave it out, the file lists its blocks',
    );
  });
});

/** Where a value lies in parsed JSON. */
function* placesIn(value: unknown): Generator<[Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    yield [value as Record<string, unknown>, key];
    yield* placesIn(Reflect.get(value, key));
  }
}

const choiceOf = (k: number, e: number, d: number) => ({
  ks: new Array<number>(21).fill(k),
  e: new Array<number>(21).fill(e),
  d: [d, d, d, d, d, 1],
});

it.each<[string, unknown, ImportOptions]>([
  ['JSON of blocks', writeBlocks({ stem: 4, first: 4, head: 8, classes: 3, blocks: [[3, 3, 6, 2], [5, 6, 6, 1], 'zero'], names: newer }), { imageSize: 16 }], // prettier-ignore
  ['once-for-all', choiceOf(3, 4, 3), { width: 0.1, imageSize: 32 }],
])('300 wrong values in %s are refused by their place, or read as a whole', (_, right, options) => {
  const strange = [null, -1, 0, 1, 1.5, 1e9, '7', 'x', [], [3, 3], {}, true, '__proto__'];
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...strange), (pick, value) => {
      const wrong: unknown = structuredClone(right);
      const places = [...placesIn(wrong)];
      const [parent, key] = places[pick % places.length]!;
      parent[key] = value;
      try {
        const { architecture } = open(wrong, options);
        structureOf(parseArchitecture(JSON.stringify(architecture)));
      } catch (error) {
        expect(error).toBeInstanceOf(ArchitectureError);
        expect((error as Error).message).toMatch(/^net\.config: .{12,}/s);
        refused++;
      }
    }),
    { numRuns: 300, seed: 19 },
  );
  expect(refused).toBeGreaterThan(100);
});

describe('a choice of once-for-all', () => {
  it('has the network of its program: ProxylessNAS\u2019s widths, depths by group', () => {
    const { architecture, name } = open(choiceOf(3, 6, 4), { width: 1 });
    // One candidate everywhere: 3x3 e6 of the paper's table (docs/algorithm.md).
    expect(architecture.parameters.dense).toBe(4_684_776);
    expect(architecture.macs.dense).toBe(472_620_800);
    expect(name).toBe('once-for-all, width 1, 21 of 21 layers, 224 pixels');
    const shallow = open(choiceOf(5, 3, 2), { width: 1 }).architecture;
    expect(shallow.cells.filter(({ operations }) => operations.length === 0)).toHaveLength(10);
  });

  it('has the widths of the published super-net by default', () => {
    const { architecture } = open({ ...choiceOf(7, 4, 3), r: [176] });
    expect(architecture.dataset.imageSize).toBe(176);
    expect(architecture.settings.space).toMatchObject({
      ...{ stem: 40, first: 24, head: 1664 },
      groups: [32, 56, 104, 128, 248, 416].map((channels) => ({ channels })),
    });
  });

  it.each([
    [{ ks: new Array(20).fill(3), e: new Array(20).fill(3), d: [4, 4, 4, 4, 4] }, 'MobileNetV3, which needs squeeze-and-excitation and hard swish'], // prettier-ignore
    [{ ...choiceOf(3, 3, 4), ks: [3] }, 'ks: '],
    [{ ...choiceOf(3, 3, 4), d: [4, 4, 4, 4, 9, 1] }, 'd.4: '],
    [choiceOf(4, 3, 4), 'ks.0: '],
    [{ ...choiceOf(3, 3, 4), r: [500] }, 'r: 500 is not an image size'],
  ])('is refused clearly: %#', (value, message) => {
    expect(() => open(value)).toThrow(ArchitectureError);
    expect(() => open(value)).toThrow(message);
  });
});
