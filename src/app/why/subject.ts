/** What can be asked about, and the form of an answer. */
import type { Granularity } from '../../domain/granularities.ts';

export type WhySubject =
  /** A candidate operation, edge * operations + operation. `step`: the change at that step; else the last one. */
  | { kind: 'operation'; cell: number; unit: number; step?: number }
  /** The filters of a block of a candidate, or of a preprocess (`unit` null). */
  | { kind: 'filters'; cell: number; unit: number | null; part: number }
  | { kind: 'weights'; cell: number; unit: number }
  /** All that the last commit or regrowth up to a step changed: in one cell, at one level, or altogether. */
  | { kind: 'commit'; step: number; cell?: number; level?: Granularity };

export interface Why {
  title: string;
  sentences: readonly [string, string];
  /** Rule behind it: a term of the glossary. */
  rule: 'threshold' | 'regrowth';
  /** Units that it is made of, or that went with it. */
  units: readonly { label: string; subject: WhySubject }[];
}
