/**
 * Event files that TensorBoard reads: records of TensorFlow's published formats (tensorflow/core/util/event.proto and
 * framework/summary.proto, Apache-2.0; lib/io/record_writer: length, checksum, data, checksum), written by protobufjs' writer.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Writer } from 'protobufjs/minimal.js';
import type { SeriesPoint } from '../src/domain/events/series.ts';

export interface TrackerLog {
  /** @param step of training. */
  write(step: number, points: readonly SeriesPoint[]): void;
  /** Text beside the curves, as Markdown. */
  note(name: string, markdown: string): void;
}

/**
 * A new event file in `folder`; files of earlier runs there stay, and TensorBoard shows all of them as one run.
 * @param seconds since 1970, of now.
 * @throws Error of the file system.
 */
export function openTensorBoard(
  folder: string,
  seconds = (): number => Date.now() / 1000,
): TrackerLog {
  mkdirSync(folder, { recursive: true });
  const started = Math.floor(seconds());
  const file = join(
    folder,
    `events.out.tfevents.${String(started).padStart(10, '0')}.${hostname()}.${process.pid}.0`,
  );
  writeFileSync(
    file,
    record(event(started, (writer) => writer.uint32(tag(3, 2)).string('brain.Event:2'))),
  );
  const append = (step: number, values: readonly Uint8Array[]): void => {
    if (values.length === 0) return;
    const message = event(seconds(), (writer) => {
      writer.uint32(tag(2, 0)).int64(step);
      writer.uint32(tag(5, 2)).fork();
      for (const value of values) writer.uint32(tag(1, 2)).bytes(value);
      writer.ldelim();
    });
    appendFileSync(file, record(message));
  };
  return {
    write: (step, points) => append(step, points.map(scalar)),
    note: (name, markdown) => append(0, [text(name, markdown)]),
  };
}

const tag = (field: number, wire: 0 | 1 | 2 | 5): number => (field << 3) | wire;

/** Event: wall_time = 1, then whatever it says. */
function event(seconds: number, say: (writer: Writer) => void): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(1, 1)).double(seconds);
  say(writer);
  return writer.finish();
}

/** Summary.Value: tag = 1, simple_value = 2. */
function scalar({ name, value }: SeriesPoint): Uint8Array {
  return Writer.create().uint32(tag(1, 2)).string(name).uint32(tag(2, 5)).float(value).finish();
}

/** Summary.Value: tag = 1, tensor = 8 (dtype = 1: DT_STRING, string_val = 8), metadata = 9 (plugin_data = 1: plugin_name = 1). */
function text(name: string, markdown: string): Uint8Array {
  const writer = Writer.create().uint32(tag(1, 2)).string(name);
  writer.uint32(tag(8, 2)).fork();
  writer.uint32(tag(1, 0)).int32(7);
  // tensor_shape = 2 with one dimension of size 1: the text plugin shows a list.
  writer
    .uint32(tag(2, 2))
    .fork()
    .uint32(tag(2, 2))
    .fork()
    .uint32(tag(1, 0))
    .int64(1)
    .ldelim()
    .ldelim();
  writer.uint32(tag(8, 2)).string(markdown).ldelim();
  writer.uint32(tag(9, 2)).fork().uint32(tag(1, 2)).fork();
  writer.uint32(tag(1, 2)).string('text').ldelim().ldelim();
  return writer.finish();
}

/** Length (64 bits), its masked checksum, data, its masked checksum. */
function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return bytes;
}

/** CRC-32C (Castagnoli), a byte a step. */
const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function masked(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255]!;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
