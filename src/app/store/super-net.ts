/**
 * The unpruned super-net in numbers, from a run's settings alone: what a stored run's losses of parameters are measured
 * against. (A running search is told by its worker; a unit test holds the two together.) Batch norms count 2 a channel.
 */
import type { SearchEvent } from '../../domain/events/events.ts';
import { operationTable } from '../../domain/operations/registry.ts';
import type { SuperNet } from '../../protocol/messages.ts';
import { cellEdges, cellShapes, inputCells, isInput } from '../../domain/spaces/cells.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export function superNetOf({
  settings,
  dataset,
  superNetParameters,
}: Extract<SearchEvent, { type: 'started' }>): SuperNet {
  const { stages, nodes, channels, stemMultiplier, operations } = settings.space;
  const stem = channels * stemMultiplier;
  const cells: SuperNet['cells'] = [];
  /** Channels that a cell's output, or the stem, hands on. */
  const handedOn = (cell: number): number => (cell < 0 ? stem : nodes * cells[cell].channels);
  for (const { index, stage, reduction, channels: c, size } of cellShapes(
    settings.space,
    settings.data.imageSize,
  )) {
    const candidates = cellEdges(nodes).flatMap(({ from }) =>
      operations.map((name) => {
        const { kind, kernel, blocks } = operationTable[name];
        if (blocks > 0) return blocks * (kernel ** 2 * c + c * c + 2 * c);
        return kind === 'skip' && reduction && isInput(from) ? c * c + 2 * c : 0;
      }),
    );
    const preprocess = inputCells(index).map((source) => handedOn(source) * c + 2 * c);
    cells.push({
      stage,
      reduction,
      channels: c,
      size,
      parameters: sum(candidates) + sum(preprocess),
      candidates,
    });
  }
  const upTo = (stage: number): number => {
    const own = cells.filter((cell) => cell.stage <= stage);
    return (
      sum(own.map(({ parameters }) => parameters)) +
      handedOn(own.length - 1) * dataset.classes +
      dataset.classes
    );
  };
  // What is left is the stem's: it alone depends on the images' channels.
  const stemParameters = superNetParameters - upTo(stages - 1);
  return {
    cells,
    stageParameters: Array.from({ length: stages }, (_, stage) => upTo(stage) + stemParameters),
  };
}
