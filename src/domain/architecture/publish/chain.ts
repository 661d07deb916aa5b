/** A chain of blocks as drawings show it: its parts from image to classifier, with the channels that are left. */
import { mbconvKernels } from '../../operations/mbconv.ts';
import type { MobileSettings } from '../../spaces/mobile-table.ts';
import { layoutOf } from '../../spaces/registry.ts';
import type { Architecture } from '../schema.ts';

export interface ChainBlock {
  readonly kernel: number;
  readonly expansion: number;
  /** Channels inside and filters: how many are left of how many. */
  readonly inside: Left;
  readonly filters: Left;
}

export interface Left {
  readonly left: number;
  readonly of: number;
}

export type ChainPart =
  | (Sized & { readonly kind: 'fixed'; readonly label: string })
  | (Sized & {
      readonly kind: 'layer';
      /** From 0. */
      readonly index: number;
      readonly stride: number;
      /** Its input is added. Without blocks the layer is gone: its input is its output. */
      readonly shortcut: boolean;
      readonly blocks: readonly ChainBlock[];
    });

interface Sized {
  /** Of its output. */
  readonly channels: Left;
  /** Pixels a side of its output. */
  readonly size: number;
}

export function chainParts({ settings, dataset, cells, head, stem }: Architecture): ChainPart[] {
  const table = settings.space as MobileSettings;
  const { cells: shapes } = layoutOf(table, dataset.imageSize);
  const size = Math.ceil(dataset.imageSize / table.stemStride);
  const whole = (count: number): Left => ({ left: count, of: count });
  let [inputs, live] = [table.first, new Set(Array.from({ length: table.first }, (_, i) => i))];
  const layers = cells.map((cell, index): ChainPart => {
    const { shortcut, reduction, channels, size: pixels } = shapes[index]!;
    const written = cell.operations.flatMap(({ bottleneck }) => bottleneck?.filters ?? []);
    live = new Set([...(shortcut ? live : []), ...written]);
    const blocks = cell.operations.flatMap(({ bottleneck }): ChainBlock[] =>
      bottleneck
        ? [
            {
              ...{ kernel: bottleneck.kernel, expansion: bottleneck.expansion },
              inside: { left: bottleneck.middle.length, of: inputs * bottleneck.expansion },
              filters: { left: bottleneck.filters.length, of: channels },
            },
          ]
        : [],
    );
    inputs = channels;
    return {
      ...{ kind: 'layer', index, stride: reduction ? 2 : 1, shortcut, blocks, size: pixels },
      channels: { left: live.size, of: channels },
    };
  });
  const { size: last } = shapes[cells.length - 1]!;
  return [
    { kind: 'fixed', label: 'Conv 3\u00d73', channels: whole(stem.channels), size },
    { kind: 'fixed', label: 'MB1 3\u00d73', channels: whole(table.first), size },
    ...layers,
    ...(cells.length === shapes.length
      ? [
          {
            ...{ kind: 'fixed' as const, label: 'Conv 1\u00d71', size: last },
            channels: { left: head.inputs.length, of: table.head },
          },
        ]
      : []),
    { kind: 'fixed', label: 'Pool, FC', channels: whole(head.classes), size: 1 },
  ];
}

/** As papers of this space write it: MB6 5×5. */
export const blockLabel = ({ kernel, expansion }: ChainBlock): string =>
  `MB${expansion} ${kernel}\u00d7${kernel}`;

export const leftText = ({ left, of }: Left): string => (left === of ? `${of}` : `${left}/${of}`);

/** One hue a kernel, paler for small expansions: dark text can be read on all of them. */
export function blockColour({ kernel, expansion }: ChainBlock): string {
  const hues = [[158, 202, 225], [161, 217, 155], [253, 190, 133]] as const; // prettier-ignore
  const hue = hues[mbconvKernels.findIndex((own) => own === kernel)] ?? ([200, 200, 200] as const);
  const pale = Math.max(0, (6 - expansion) * 0.12);
  return `#${hue.map((part) => Math.round(part + (255 - part) * pale).toString(16).padStart(2, '0')).join('')}`; // prettier-ignore
}
