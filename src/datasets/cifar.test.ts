import { expect, it } from 'vitest';
import { readCifar10 } from './cifar.ts';

/** A record whose byte at plane c, pixel p is c * 80 + p % 80. */
function record(label: number): number[] {
  return [
    label,
    ...Array.from({ length: 3 * 1024 }, (_, i) => Math.floor(i / 1024) * 80 + ((i % 1024) % 80)),
  ];
}

it('turns planes into channels last, over several files in order', () => {
  const split = readCifar10([
    { name: 'a', bytes: Uint8Array.from(record(3)) },
    { name: 'b', bytes: Uint8Array.from([...record(9), ...record(0)]) },
  ]);
  expect(split.count).toBe(3);
  expect([...split.labels]).toEqual([3, 9, 0]);
  const pixel = (image: number, p: number) => [
    ...split.images.subarray((image * 1024 + p) * 3, (image * 1024 + p) * 3 + 3),
  ];
  expect(pixel(0, 5)).toEqual([5, 85, 165]);
  expect(pixel(2, 1023)).toEqual([63, 143, 223]);
});

it('rejects files that do not hold whole records, and labels out of range', () => {
  expect(() => readCifar10([{ name: 'data.bin', bytes: new Uint8Array(3074) }])).toThrow(
    /data\.bin: size: expected a multiple of 3073 bytes.*found 3074, 1 too many/,
  );
  expect(() => readCifar10([{ name: 'data.bin', bytes: new Uint8Array() }])).toThrow(
    /data\.bin: size/,
  );
  expect(() =>
    readCifar10([{ name: 'data.bin', bytes: Uint8Array.from([...record(1), ...record(10)]) }]),
  ).toThrow('data.bin: label of image 1: expected 0 to 9, found 10.');
});
