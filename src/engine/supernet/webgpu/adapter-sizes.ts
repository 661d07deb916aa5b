/** What suits the adapter: parallelism on a graphics card; little work and code on a software adapter. */

export interface AdapterSizes {
  /** Chunks a filter gradient is split into. */
  readonly chunks: number;
  /** Invocations of a workgroup that reduces a filter gradient; of one that reduces a norm's plane. */
  readonly filter: number;
  readonly norm: number;
  /**
   * Pixels per invocation of a norm above which up to `normChunks` workgroups share a plane, which takes a dispatch more: it
   * costs what a card needs to read some tens of pixels in turn. A software adapter is busy with one workgroup a core.
   */
  readonly normLoop: number;
  readonly normChunks: number;
  /** Most taps whose gradients one invocation of a depthwise filter gradient sums. */
  readonly taps: number;
  /** Invocations of a workgroup of the mix's backward pass. */
  readonly mix: number;
  /** The pixels of an invocation of a 1x1 convolution lie side by side. */
  readonly adjacent: boolean;
  /** Columns of outputs that an invocation of a depthwise convolution makes at stride 1. */
  readonly columns: 1 | 2;
}

/** Whether an adapter goes through the invocations of a workgroup a few at a time, or has room for all of them. */
export type AdapterKind = 'software' | 'hardware';

/**
 * A software adapter clears workgroup memory by one instruction a number, which its compiler has to get through: small
 * workgroups save most of the compilation.
 */
export const adapterSizes: Readonly<Record<AdapterKind, AdapterSizes>> = {
  software: {
    chunks: 2,
    filter: 8,
    norm: 16,
    normLoop: Infinity,
    normChunks: 1,
    taps: 25,
    mix: 8,
    adjacent: true,
    columns: 2,
  },
  hardware: {
    chunks: 16,
    filter: 32,
    norm: 64,
    normLoop: 64,
    normChunks: 32,
    taps: 9,
    mix: 64,
    adjacent: false,
    columns: 1,
  },
};
