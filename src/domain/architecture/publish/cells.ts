/** Cells of an architecture that are drawn once: those with the same operations. */
import type { Architecture } from '../schema.ts';

export type Cell = Architecture['cells'][number];

export interface DrawnCell {
  readonly cell: Cell;
  /** "cells 1-3, 5 (normal)" */
  readonly title: string;
}

export function distinctCells({ cells }: Pick<Architecture, 'cells'>): DrawnCell[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = JSON.stringify([
      cell.reduction,
      cell.operations.map(({ operation, from, to }) => [operation, from, to]),
    ]);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap(([cell, ...others]) => {
    if (!cell) return [];
    const same = [cell, ...others];
    const title = `${same.length === 1 ? 'cell' : 'cells'} ${ranges(same.map(({ index }) => index + 1))} (${cell.reduction ? 'reduction' : 'normal'})`;
    return [{ cell, title }];
  });
}

/** 1, 2, 3, 5 as 1-3, 5. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ');
}

/** Operations by edge, in order of their states. */
export function edgesOf({
  operations,
}: Cell): { from: number; to: number; names: Cell['operations'][number]['operation'][] }[] {
  const edges = new Map<
    string,
    { from: number; to: number; names: Cell['operations'][number]['operation'][] }
  >();
  for (const { operation, from, to } of operations) {
    const key = `${from} ${to}`;
    const edge = edges.get(key) ?? { from, to, names: [] };
    edge.names.push(operation);
    edges.set(key, edge);
  }
  return [...edges.values()].sort((a, b) => a.to - b.to || a.from - b.from);
}
