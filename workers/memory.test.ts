import { expect, it, vi } from 'vitest';
import { canReserve } from './memory.ts';

vi.stubGlobal('GPUBufferUsage', { STORAGE: 128 });

/** Holds `most` bytes; a buffer beyond them raises an error in the open scope. */
function deviceOf(most: number) {
  let held = 0;
  let failed = false;
  return {
    held: () => held,
    pushErrorScope: () => void (failed = false),
    popErrorScope: () => Promise.resolve(failed ? ({} as GPUOutOfMemoryError) : null),
    createBuffer: ({ size }: GPUBufferDescriptor) => {
      held += size;
      failed = held > most;
      return { destroy: () => void (held -= size) } as GPUBuffer;
    },
  };
}

it('reserves what there is room for, and gives all of it back', async () => {
  const device = deviceOf(4 * 2 ** 30);
  expect(await canReserve(device, 3 * 2 ** 30)).toBe(true);
  expect(device.held()).toBe(0);
  expect(await canReserve(device, 5 * 2 ** 30)).toBe(false);
  expect(device.held()).toBe(0);
});
