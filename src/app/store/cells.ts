/** The cells of a super-net as the engine lays them out, from the settings alone. */
import type { SearchSettings } from '../../engine/settings.ts';

export interface CellShape {
  index: number;
  stage: number;
  reduction: boolean;
  /** Filters of every node. */
  channels: number;
  /** Pixels a side of its output. */
  size: number;
}

/** First and last cell of each stage. */
export function stageCells({ cells, stages }: SearchSettings['space']): [number, number][] {
  const end = (stage: number): number => Math.round(((stage + 1) * cells) / stages) - 1;
  return Array.from({ length: stages }, (_, stage) => [
    stage === 0 ? 0 : end(stage - 1) + 1,
    end(stage),
  ]);
}

export function cellShapes({ space, data }: Pick<SearchSettings, 'space' | 'data'>): CellShape[] {
  let size = data.imageSize;
  return stageCells(space).flatMap(([first, last], stage) =>
    Array.from({ length: last - first + 1 }, (_, i) => {
      const reduction = stage > 0 && i === 0;
      if (reduction) size = Math.ceil(size / 2);
      return { index: first + i, stage, reduction, channels: space.channels * 2 ** stage, size };
    }),
  );
}
