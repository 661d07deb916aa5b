/**
 * What a graphics card will do: the dispatches of a training step of each preset, and from them an estimate of its time.
 * No card was measured. A dispatch takes the longest of its launch, of moving the bytes of its buffers, each once, and of the
 * loads that each invocation waits for; the arithmetic of the whole step is added at a part of the card's rate that small
 * convolutions reach.
 */
import { dryRun } from './dry-run.ts';
import type { PlannedDispatch } from './dry-run.ts';
import { planSuperNet } from '../src/domain/counts.ts';
import { presets } from '../src/domain/settings/presets.ts';
import type { PresetName } from '../src/domain/settings/presets.ts';
import { createSpace } from '../src/domain/spaces/registry.ts';

interface Card {
  readonly name: string;
  /** Memory bandwidth in bytes per second and single-precision rate in operations per second, as published. */
  readonly bandwidth: number;
  readonly rate: number;
  /** Bytes of its memory; null: shared with the processor. */
  readonly memory: number | null;
}

const giga = 1e9;
const tera = 1e12;
const gibi = 2 ** 30;

/** `mobile-paper` has more weights than a recording by Node can hold. */
export const cardPresets = [
  'tiny',
  'demo',
  'paper',
  'mobile-tiny',
  'mobile-demo',
] as const satisfies readonly PresetName[];

const cards: readonly Card[] = [
  { name: 'Intel Iris Xe (96 units)', bandwidth: 68 * giga, rate: 2.1 * tera, memory: null },
  { name: 'Apple M2 (10 cores)', bandwidth: 100 * giga, rate: 3.6 * tera, memory: null },
  { name: 'NVIDIA GTX 1650', bandwidth: 128 * giga, rate: 3 * tera, memory: 4 * gibi },
  { name: 'NVIDIA RTX 3060', bandwidth: 360 * giga, rate: 12.7 * tera, memory: 12 * gibi },
  { name: 'AMD RX 7900 XTX', bandwidth: 960 * giga, rate: 61 * tera, memory: 24 * gibi },
  { name: 'NVIDIA RTX 4090', bandwidth: 1008 * giga, rate: 82.6 * tera, memory: 24 * gibi },
];

/** Seconds from one dispatch to the next, at least: the quicker and the slower drivers. */
const launches = [5e-6, 10e-6] as const;
/** Seconds until a load from memory arrives, and loads that an invocation has under way: at best and at worst. */
const latency = 5e-7;
const underWay = [4, 1] as const;
const bytesPerLoad = 16;
/** Of the published bandwidth and rate: what simple programs reach, at best and at worst. */
const reached = { bandwidth: [0.8, 0.5], rate: [0.4, 0.1] } as const;
/** A forward pass, gradients of the inputs, and of the weights: each as many multiply-accumulates. */
const passes = 3;
/** Fewer invocations leave most of a card idle. */
export const fewInvocations = 2_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Milliseconds of a step, from the best case to the worst. */
export function estimate(
  card: Card,
  dispatches: readonly Pick<PlannedDispatch, 'bytes' | 'invocations'>[],
  macs: number,
): readonly [number, number] {
  const one = (i: 0 | 1): number => {
    const moving = sum(
      dispatches.map(({ bytes, invocations }) =>
        Math.max(
          launches[i],
          bytes / (card.bandwidth * reached.bandwidth[i]),
          (latency * bytes) / (bytesPerLoad * invocations * underWay[i]),
        ),
      ),
    );
    return 1e3 * (moving + (2 * macs) / (card.rate * reached.rate[i]));
  };
  return [one(0), one(1)];
}

export interface CardsRow {
  readonly preset: PresetName;
  /** The whole super-net, as the last stage begins where nothing was pruned: no step takes longer. */
  readonly dispatches: number;
  readonly workgroups: { readonly median: number; readonly total: number };
  /** Multiply-accumulates of a step, all images and passes. */
  readonly macs: number;
  readonly bytes: number;
  readonly deviceBytes: number;
  /** Dispatches with fewer than `fewInvocations`, by label. */
  readonly small: Readonly<Record<string, number>>;
  readonly cards: readonly {
    readonly name: string;
    readonly ms: readonly [number, number] | null;
  }[];
}

/** @returns estimates; `ms` is null where the super-net does not fit into the card's memory. */
export async function cardsRow(preset: PresetName): Promise<CardsRow> {
  const settings = presets[preset];
  const image = { size: settings.data.imageSize, channels: 3, classes: 10 };
  const space = createSpace(settings.space, image);
  const { dispatches, deviceBytes } = await dryRun(
    space,
    settings.batchSize,
    space.stageEnds.length - 1,
  );
  const { demand } = planSuperNet(settings, image);
  const macs = passes * demand.macs * settings.batchSize;
  const small: Record<string, number> = {};
  for (const { label, invocations } of dispatches)
    if (invocations < fewInvocations) small[label] = (small[label] ?? 0) + 1;
  const workgroups = dispatches.map((one) => one.workgroups).sort((a, b) => a - b);
  return {
    preset,
    dispatches: dispatches.length,
    workgroups: { median: workgroups[workgroups.length >> 1] ?? 0, total: sum(workgroups) },
    macs,
    bytes: sum(dispatches.map(({ bytes }) => bytes)),
    deviceBytes,
    small,
    cards: cards.map((card) => ({
      name: card.name,
      ms:
        card.memory !== null && deviceBytes > card.memory ? null : estimate(card, dispatches, macs),
    })),
  };
}
