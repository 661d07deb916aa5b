/** Tables that the programs read: rows of words, masked weights in kernel order, and norm slots. */
import { statisticsRow } from '../../../kernels/webgpu/norm-statistics/rows.ts';
import { laneRow } from '../../../kernels/webgpu/prologue/rows.ts';
import { none, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { ParameterSpec } from '../../../domain/graph/parameters.ts';

/** One u32 buffer for all tables of a network. */
export class Tables {
  readonly words: number[] = [];

  /** Appends rows and returns where they begin. */
  add(rows: readonly (readonly number[])[]): number {
    const start = this.words.length;
    for (const row of rows) for (const word of row) this.words.push(word);
    return start;
  }

  get next(): number {
    return this.words.length;
  }
}

/** Lane position of each channel (by index into a parameter's axis) in a quad-planar tensor. */
export type Positions = readonly number[];

/** Of a 1x1 convolution, or of two of one input: the second's quads lie behind the first's. */
export interface ProductWeights {
  /** Output quads of each. */
  readonly quads: readonly number[];
  /** Base (vec4) of output quad o of each: forward + o * inQuads * 4. */
  readonly forward: readonly number[];
  /** Base of input quad i of the transposed copies, side by side: transposed + i * (all output quads) * 4. */
  readonly transposed: number;
  /** Base (vec4) of the filter gradient of each within a chunk, laid out as `forward`. */
  readonly gradient: readonly number[];
}

/** Where every weight lies in kernel order, and where its gradient arrives. */
export class WeightRegistry {
  readonly sources: number[] = [];
  readonly thresholds: number[] = [];
  /** vec4 elements of one chunk of filter gradients. */
  gradientSize = 0;
  private readonly gradientOf: Int32Array;

  constructor(
    parameters: number,
    private readonly thresholdOf: (spec: ParameterSpec) => number,
  ) {
    this.gradientOf = new Int32Array(parameters).fill(-1);
  }

  /** Place of a parameter's gradient in a chunk (f32), or none. */
  get gradientSources(): Uint32Array {
    return Uint32Array.from(this.gradientOf, (g) => (g < 0 ? none : g));
  }

  private reserve(elements: number): number {
    const base = this.sources.length / 4;
    for (let i = 0; i < elements * 4; i++) {
      this.sources.push(none);
      this.thresholds.push(none);
    }
    return base;
  }

  private reserveGradient(elements: number): number {
    const base = this.gradientSize;
    this.gradientSize += elements;
    return base;
  }

  private set(element: number, parameter: number, threshold: number): void {
    this.sources[element] = parameter;
    this.thresholds[element] = threshold;
  }

  /** [k, k, channels, 1] -> [quad][tap] vec4; the gradient alike. */
  addDepthwise(
    spec: ParameterSpec,
    positions: Positions,
    quads: number,
  ): { weights: number; gradient: number } {
    const taps = spec.shape[0]! * spec.shape[1]!;
    const channels = spec.shape[2];
    const threshold = this.thresholdOf(spec);
    const weights = this.reserve(quads * taps);
    const gradient = this.reserveGradient(quads * taps);
    for (let tap = 0; tap < taps; tap++) {
      for (let c = 0; c < channels!; c++) {
        const lane = ((positions[c]! >> 2) * taps + tap) * 4 + (positions[c]! & 3);
        const parameter = spec.offset + tap * channels! + c;
        this.set(weights * 4 + lane, parameter, threshold);
        this.gradientOf[parameter] = gradient * 4 + lane;
      }
    }
    return { weights, gradient };
  }

  /**
   * [1, 1, in, out] -> [out quad][in quad][in lane] vec4 over outputs, and its transpose. Outputs lie packed, those of
   * each convolution from a quad of their own on.
   * @param specs null: there is no such convolution, and it has no quads.
   */
  addProducts(
    specs: readonly (ParameterSpec | null)[],
    inputs: Positions,
    inQuads: number,
  ): ProductWeights {
    const quads = specs.map((spec) => (spec ? quadsOf(spec.shape[3]!) : 0));
    const all = quads.reduce((a, b) => a + b, 0);
    const forward = quads.map((own) => this.reserve(own * inQuads * 4));
    const transposed = this.reserve(all * inQuads * 4);
    const gradient = quads.map((own) => this.reserveGradient(own * inQuads * 4));
    let before = 0;
    specs.forEach((spec, k) => {
      if (!spec) return;
      const threshold = this.thresholdOf(spec);
      const [, , nIn, nOut] = spec.shape;
      for (let i = 0; i < nIn!; i++) {
        for (let o = 0; o < nOut!; o++) {
          const parameter = spec.offset + i * nOut! + o;
          const [iq, il, oq, ol] = [inputs[i]! >> 2, inputs[i]! & 3, o >> 2, o & 3];
          const lane = ((oq * inQuads + iq) * 4 + il) * 4 + ol;
          this.set(forward[k]! * 4 + lane, parameter, threshold);
          const across = ((iq * all + before + oq) * 4 + ol) * 4 + il;
          this.set(transposed * 4 + across, parameter, threshold);
          this.gradientOf[parameter] = gradient[k]! * 4 + lane;
        }
      }
      before += quads[k]!;
    });
    return { quads, forward, transposed, gradient };
  }

  /** [3, 3, image channels, out] -> [out quad][tap][image channel] vec4 over outputs. */
  addStem(spec: ParameterSpec): { weights: number; gradient: number } {
    const [, , nIn, nOut] = spec.shape;
    const size = quadsOf(nOut!) * 9 * nIn!;
    const weights = this.reserve(size);
    const gradient = this.reserveGradient(size);
    for (let tap = 0; tap < 9; tap++) {
      for (let i = 0; i < nIn!; i++) {
        for (let o = 0; o < nOut!; o++) {
          const parameter = spec.offset + (tap * nIn! + i) * nOut! + o;
          const lane = (((o >> 2) * 9 + tap) * nIn! + i) * 4 + (o & 3);
          this.set(weights * 4 + lane, parameter, none);
          this.gradientOf[parameter] = gradient * 4 + lane;
        }
      }
    }
    return { weights, gradient };
  }
}

export interface NormSpecs {
  readonly gamma: ParameterSpec;
  readonly beta: ParameterSpec;
  readonly mean: ParameterSpec;
  readonly variance: ParameterSpec;
  readonly gate: ParameterSpec | null;
  /** Parameter index of the filter threshold, or none. */
  readonly threshold: number;
}

/** Slots of all norms, a quad of channels each. */
export class SlotRegistry {
  private readonly rows: number[][] = [];
  private readonly running: { mean: number; variance: number }[] = [];

  get count(): number {
    return this.rows.length / 4;
  }

  /** Packed `laneRow`s, four a slot. */
  get lanes(): readonly (readonly number[])[] {
    return this.rows;
  }

  /** Slots of no norm. */
  reserve(quads: number): void {
    for (let i = 0; i < quads * 4; i++) {
      this.rows.push(laneRow.pack({ gamma: none, beta: none, gate: none, threshold: none }));
      this.running.push({ mean: none, variance: none });
    }
  }

  /** The slots of one norm; `positions[i]` = lane of its i-th channel. Returns the first slot. */
  add(specs: NormSpecs, positions: Positions, quads: number): number {
    const first = this.count;
    this.reserve(quads);
    positions.forEach((position, i) => {
      const lane = first * 4 + position;
      const gate = specs.gate ? specs.gate.offset + i : none;
      this.rows[lane] = laneRow.pack({
        gamma: specs.gamma.offset + i,
        beta: specs.beta.offset + i,
        gate,
        threshold: specs.gate ? specs.threshold : none,
      });
      this.running[lane] = { mean: specs.mean.offset + i, variance: specs.variance.offset + i };
    });
    return first;
  }

  /** A packed row of the statistics programs for `slot` over quad `inputQuad`. */
  statisticsRow(slot: number, inputQuad: number, gateBefore: boolean): number[] {
    const lanes = [0, 1, 2, 3].map((l) => this.running[slot * 4 + l]);
    return statisticsRow.pack({
      inputQuad,
      gateBefore,
      means: lanes.map((l) => l!.mean),
      variances: lanes.map((l) => l!.variance),
    });
  }
}
