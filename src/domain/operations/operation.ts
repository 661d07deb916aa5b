/** What a candidate operation is. One file an operation; `registry.ts` lists them. */
export type OperationKind = 'skip' | 'separable' | 'dilated' | 'average-pool' | 'max-pool';

export interface Operation<Name extends string = string> {
  /** Its name in settings, files and parameters. */
  readonly name: Name;
  /** Its name in sentences, and where there is little room. */
  readonly label: string;
  readonly short: string;
  /** Whether the presets offer it. */
  readonly inPresets: boolean;
  readonly kind: OperationKind;
  readonly kernel: number;
  readonly dilation: number;
  /** Depthwise + pointwise + batch-norm blocks: 2 for a separable convolution, 1 for a dilated one. */
  readonly blocks: number;
}
