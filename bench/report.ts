/** The step bench as text. */
import { fewInvocations } from './cards.ts';
import type { CardsRow } from './cards.ts';
import type { MemoryResult } from './memory.ts';
import { floorsOf } from './ceilings.ts';
import type { StepResult } from './step.ts';

type Cell = string | number;

function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [heads, ...rows.map((row) => row.map(String))];
  const widths = heads.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  '),
    )
    .join('\n');
}

const ms = (x: number | null): string => (x === null ? '-' : x.toFixed(x < 10 ? 2 : 0));
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const times = (a: number | null, b: number): string =>
  a === null ? '-' : `${(a / b).toFixed(2)}x`;

export function report(result: StepResult): string {
  const { adapter, cases, ceilings, growth, memory, chainMemory, threads } = result;
  const parts = [
    `Adapter: ${adapter}`,
    `Ceilings: ${(ceilings.operations / 1e9).toFixed(1)} G operations/s (multiply-adds), ${(ceilings.bytes / 1e9).toFixed(1)} GB/s (copy)`,
  ];
  parts.push(
    table(
      [
        'case',
        'own ms',
        'plain ms',
        'PyTorch ms, 1 thread',
        `${threads} threads`,
        'plain / own',
        'own / PyTorch, 1 thread',
        `${threads} threads`,
        'dispatches',
        'pipelines',
        'first step ms',
        'peak MiB',
      ],
      cases.map((c) => [
        c.name,
        ms(c.msPerStep),
        ms(c.plainMsPerStep),
        ms(c.torchMsPerStep),
        ms(c.torchAllMsPerStep),
        times(c.plainMsPerStep, c.msPerStep),
        c.torchMsPerStep === null ? '-' : times(c.msPerStep, c.torchMsPerStep),
        c.torchAllMsPerStep === null ? '-' : times(c.msPerStep, c.torchAllMsPerStep),
        c.dispatches,
        c.pipelines,
        ms(c.firstStepMs),
        mib(c.peakBytes),
      ]),
    ),
  );
  parts.push(
    'Activations and their gradients as f32 and as half floats (-: the adapter has no shader-f16):',
    table(
      ['case', 'MiB needed a step, f32', 'f16', 'ratio', 'peak MiB, f32', 'f16', 'ratio'],
      cases.map(({ name, footprints: { float32, float16 } }) => [
        name,
        ...(['neededBytes', 'peakBytes'] as const).flatMap((what) => [
          mib(float32[what]),
          float16 ? mib(float16[what]) : '-',
          float16 ? times(float32[what], float16[what]) : '-',
        ]),
      ]),
    ),
  );
  for (const c of cases) {
    parts.push(
      `Kernels of ${c.name} (${c.clock === 'timestamp' ? "the device's clock" : 'submission to completion'}):`,
    );
    parts.push(
      table(
        [
          'kernel, by its gap to the floor',
          'dispatches',
          'ms',
          'share',
          'floor ms',
          'floor / ms',
          'gap ms',
          'M operations',
          'MiB needed',
          'MiB at most moved',
        ],
        floorsOf(c.kernels, ceilings).map((k) => [
          k.label,
          k.dispatches,
          ms(k.ms),
          `${(k.share * 100).toFixed(1)} %`,
          ms(k.floorMs),
          k.ms > 0 ? `${((100 * k.floorMs) / k.ms).toFixed(0)} %` : '-',
          ms(k.ms - k.floorMs),
          (k.operations / 1e6).toFixed(1),
          mib(k.neededBytes),
          mib(k.bytes),
        ]),
      ),
    );
  }
  parts.push(
    'Growth (relative: time per cell and image against the first row; at most 1 is no worse than linear):',
  );
  parts.push(
    table(
      ['cells', 'batch', 'ms', 'relative'],
      growth.map((row) => [row.cells, row.batch, ms(row.msPerStep), row.relative.toFixed(2)]),
    ),
  );
  for (const [what, one] of [
    ['cells', memory],
    ['layers', chainMemory],
  ] as const)
    if (one) parts.push(memoryOf(what, one));
  return parts.join('\n\n');
}

const memoryOf = (what: string, memory: MemoryResult): string =>
  `Peak memory, ${memory.cells} ${what}: one stage ${mib(memory.oneStageBytes)} MiB; ${memory.stages} stages ${mib(memory.multiStageBytes)} MiB ` +
  `(by stage ${memory.stageBytes.map(mib).join(', ')}; earlier ${what} pruned to ${memory.kept * 100} % of their operations).`;

const range = ([least, most]: readonly [number, number]): string => `${ms(least)} to ${ms(most)}`;

/** The estimate for graphics cards as text. */
export function reportCards(rows: readonly CardsRow[]): string {
  const few = `under ${fewInvocations.toLocaleString('en')} invocations`;
  return [
    'A training step of the whole super-net before anything is pruned, in the variants for hardware:',
    table(
      ['preset', 'dispatches', few, 'workgroups, median', 'GFLOP', 'MiB at most moved', 'MiB held'],
      rows.map((row) => [
        row.preset,
        row.dispatches,
        Object.values(row.small).reduce((a, b) => a + b, 0),
        row.workgroups.median,
        ((2 * row.macs) / 1e9).toFixed(2),
        mib(row.bytes),
        mib(row.deviceBytes),
      ]),
    ),
    'Estimated ms per step, not measured, from published bandwidths and rates (-: more memory than the card has):',
    table(
      ['card', ...rows.map(({ preset }) => preset)],
      (rows[0]?.cards ?? []).map(({ name }, i) => [
        name,
        ...rows.map(({ cards }) => {
          const estimated = cards[i]?.ms;
          return estimated ? range(estimated) : '-';
        }),
      ]),
    ),
  ].join('\n\n');
}
