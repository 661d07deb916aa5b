/** What a candidate operation is. One file an operation; `registry.ts` lists them. */
import type { Emission } from './emission.ts';
import type { Node } from '../graph/graph.ts';

export interface Operation<Name extends string = string> {
  /** Its name in settings, files and parameters. */
  readonly name: Name;
  /** Its name in sentences, and where there is little room. */
  readonly label: string;
  readonly short: string;
  /** Whether the presets offer it. */
  readonly inPresets: boolean;
  /** Adds what it computes of `place.input` to the graph, at `place.stride`. @returns its result. */
  readonly emit: (place: Emission) => Node;
}
