/** How a super-net's candidates are called: what the names of their parameters begin with. */
import type { CandidateOperation } from '../operations/registry.ts';

export function candidateName(cell: number, edge: number, operation: CandidateOperation): string {
  return `cells.${cell}.edges.${edge}.${operation.name}`;
}
