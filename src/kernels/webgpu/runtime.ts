/**
 * The least that a static training step needs of WebGPU: programs from WGSL bodies, buffers with accounting, and a
 * recording of dispatches that is bound once and replayed every step (`recording.ts`).
 */

import type { GpuBuffer } from './buffers.ts';
import type { ActivationFormat } from './activation-format.ts';
import { compile, runAllOnce } from './first-runs.ts';
import type { Compilable } from './first-runs.ts';
import { noWork, Recording } from './recording.ts';
import type { Dispatch, Work } from './recording.ts';
import { source } from './wgsl-program.ts';
import type { Program } from './wgsl-program.ts';

/** A dispatch before it is bound. */
export interface Recorded {
  readonly tag: string;
  readonly program: Program;
  readonly buffers: readonly GpuBuffer[];
  readonly params: Readonly<Record<string, number | (() => number)>>;
  readonly grid: readonly [number, number, number];
  readonly work: Work;
}

const paramStride = 256; // WebGPU's least uniform offset alignment

export class Gpu {
  private bytesNow = 0;
  private bytesPeak = 0;
  protected recording: Recorded[] = [];
  /** Names the part of the recording that the next dispatches belong to. */
  tag = '';
  /** Reports how many of a recording's new programs are compiled. */
  onCompiling: ((done: number, total: number) => void) | null = null;
  /** The first error the device reported outside any call; every later use throws it. */
  private failure: string | null = null;

  /** @param helpers devices of the same adapter that run new programs once before this one does: see first-runs.ts. */
  constructor(
    readonly device: GPUDevice,
    private readonly helpers: readonly GPUDevice[] = [],
  ) {
    device.onuncapturederror = (event): void => {
      this.failure ??= event.error.message;
    };
  }

  get bytes(): number {
    return this.bytesNow;
  }
  get peakBytes(): number {
    return this.bytesPeak;
  }
  get pipelineCount(): number {
    return this.pending.size;
  }

  resetPeak(): void {
    this.bytesPeak = this.bytesNow;
  }

  /** @throws Error with the device's own message when a program or buffer was refused: such a program yields zeros. */
  check(): void {
    if (this.failure) throw new Error(`WebGPU reported: ${this.failure}`);
  }

  /** A zero-filled storage buffer of at least 16 bytes. */
  buffer(bytes: number, usage: GPUBufferUsageFlags = 0): GpuBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const limit = this.device.limits.maxStorageBufferBindingSize;
    if (size > limit) {
      throw new RangeError(
        `a tensor of ${(size / 2 ** 20).toFixed(0)} MiB exceeds the adapter's limit of ${(limit / 2 ** 20).toFixed(0)} MiB: lower batchSize, space.channels or data.imageSize`,
      );
    }
    const buffer = this.device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | usage,
    });
    this.bytesNow += size;
    this.bytesPeak = Math.max(this.bytesPeak, this.bytesNow);
    return { buffer, bytes: size };
  }

  upload(data: Float32Array | Uint32Array | Int32Array): GpuBuffer {
    const made = this.buffer(data.byteLength);
    this.write(made, data);
    return made;
  }

  write(target: GpuBuffer, data: Float32Array | Uint32Array | Int32Array, offset = 0): void {
    this.device.queue.writeBuffer(
      target.buffer,
      offset,
      data.buffer as ArrayBuffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  free(buffer: GpuBuffer): void {
    buffer.buffer.destroy();
    this.bytesNow -= buffer.bytes;
  }

  /** Adds one dispatch to the recording under way. Buffers in the order of the program's bindings; a parameter may be a function of what is recorded later. */
  record(
    program: Program,
    buffers: readonly GpuBuffer[],
    params: Readonly<Record<string, number | (() => number)>>,
    grid: readonly [number, number?, number?],
    work = noWork,
  ): void {
    if (buffers.length !== program.bindings.length)
      throw new Error(`${program.label}: ${buffers.length} buffers given`);
    const missing = program.params.find((field) => !(field in params));
    if (missing) throw new Error(`${program.label}: parameter '${missing}' missing`);
    const [x, y = 1, z = 1] = grid;
    if (x === 0 || y === 0 || z === 0) return;
    this.recording.push({ tag: this.tag, program, buffers, params, grid: [x, y, z], work });
  }

  /**
   * Ends the recording: compiles what is new (without blocking) and binds everything once.
   * @param first tag of the dispatches that run before all others, though what they need was known only at the end.
   * @param activations how they lie in the buffers of what was recorded.
   */
  async finish(first = '', activations: ActivationFormat = 'float32'): Promise<Recording> {
    const list = [
      ...this.recording.filter((r) => r.tag === first),
      ...this.recording.filter((r) => r.tag !== first),
    ];
    this.recording = [];
    const programs = list.map((r) => this.compilable(r.program, activations));
    const fresh = new Map(
      programs.filter(({ code }) => !this.pending.has(code)).map((p) => [p.code, p]),
    );
    let done = 0;
    await Promise.all(
      [...fresh.values()].map(async (program) => {
        await this.pipeline(program);
        this.onCompiling?.(++done, fresh.size);
      }),
    );
    await runAllOnce(this.helpers, [...fresh.values()]);
    const uniforms = this.device.createBuffer({
      size: Math.max(1, list.length) * paramStride,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const words = new Uint32Array((list.length * paramStride) / 4);
    list.forEach((r, i) => {
      const values = r.program.params.map((field) => r.params[field]);
      words.set(
        values.map((v) => (typeof v === 'number' ? v : v!())),
        (i * paramStride) / 4,
      );
    });
    this.device.queue.writeBuffer(uniforms, 0, words);
    const dispatches = await Promise.all(
      list.map(async (r, i): Promise<Dispatch> => {
        const pipeline = await this.pipeline(programs[i]!);
        const entries: GPUBindGroupEntry[] = r.buffers.map(({ buffer }, b) => ({
          binding: b + 1,
          resource: { buffer },
        }));
        entries.push({
          binding: 0,
          resource: { buffer: uniforms, offset: i * paramStride, size: paramStride },
        });
        const bindGroup = this.device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries,
        });
        const bytes = r.buffers.reduce((sum, b) => sum + b.bytes, 0);
        const { tag, grid, work } = r;
        return { tag, label: r.program.label, pipeline, bindGroup, grid, bytes, work };
      }),
    );
    this.check();
    return new Recording(dispatches, uniforms);
  }

  private readonly pending = new Map<string, Promise<GPUComputePipeline>>();

  private compilable(program: Program, activations: ActivationFormat): Compilable {
    return {
      label: program.label,
      code: source(program, this.device.features.has('subgroups'), activations),
      access: program.bindings.map(([, access]) => access),
    };
  }

  private pipeline(program: Compilable): Promise<GPUComputePipeline> {
    let made = this.pending.get(program.code);
    if (!made) {
      made = compile(this.device, program).then(({ pipeline }) => pipeline);
      this.pending.set(program.code, made);
    }
    return made;
  }

  /** Copies `bytes` of a buffer to the host; waits for the device. */
  async read(source: GpuBuffer, bytes = source.bytes, offset = 0): Promise<ArrayBuffer> {
    this.check();
    const staging = this.device.createBuffer({
      size: Math.ceil(bytes / 4) * 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(source.buffer, offset, staging, 0, Math.ceil(bytes / 4) * 4);
    this.device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(GPUMapMode.READ);
      this.check();
      return staging.getMappedRange().slice(0);
    } finally {
      staging.destroy();
    }
  }
}
