/** For tests: a file as torch.save writes it, of nested lists of byte or float tensors. */
import { zipSync } from 'fflate';

export interface WrittenTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
export type Written = WrittenTensor | readonly Written[];

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const int32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const text = (value: string): number[] => [0x58, ...int32(value.length), ...ascii(value)];
const global = (module: string, name: string): number[] => ascii(`c${module}\n${name}\n`);
const integer = (value: number): number[] => [0x4a, ...int32(value)];
const tuple = (items: readonly number[][]): number[] => [0x28, ...items.flat(), 0x74];

/** @param extra instructions put before the end: what a hostile file might add. */
export function writeTorch(content: Written, extra: readonly number[] = []): Uint8Array {
  const storages: Record<string, Uint8Array> = {};
  const write = (value: Written): number[] => {
    if ('shape' in value) {
      const key = String(Object.keys(storages).length);
      storages[`archive/data/${key}`] = new Uint8Array(Float32Array.from(value.values).buffer);
      const strides = value.shape.map((_, axis) =>
        value.shape.slice(axis + 1).reduce((a, b) => a * b, 1),
      );
      const storage = tuple([
        text('storage'),
        global('torch', 'FloatStorage'),
        text(key),
        text('cpu'),
        integer(value.values.length),
      ]);
      const given = tuple([
        [...storage, 0x51],
        integer(0),
        tuple(value.shape.map(integer)),
        tuple(strides.map(integer)),
        [0x89],
        [...global('collections', 'OrderedDict'), 0x29, 0x52],
      ]);
      return [...global('torch._utils', '_rebuild_tensor_v2'), ...given, 0x52];
    }
    return [0x5d, 0x28, ...value.flatMap(write), 0x65];
  };
  const pickle = Uint8Array.from([0x80, 2, ...write(content), ...extra, 0x2e]);
  return zipSync(
    { 'archive/data.pkl': pickle, ...storages, 'archive/version': new Uint8Array(ascii('3\n')) },
    { level: 0, mtime: new Date(1980, 0, 2) },
  );
}
