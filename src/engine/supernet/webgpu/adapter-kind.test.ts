import { beforeAll, describe, expect, it, vi } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../../cli/node-webgpu.ts';
import { adapterKey, kindOf, measureWidth, sizesFor } from './adapter-kind.ts';
import { adapterSizes } from './adapter-sizes.ts';

describe('the sizes that suit an adapter', () => {
  let device: GPUDevice;
  beforeAll(async () => {
    await installWebGPU();
    device = await requestNodeDevice();
  });
  /** A device that says it is another. */
  const named = (description: string): GPUDevice =>
    new Proxy(device, {
      get: (target, key): unknown => {
        if (key === 'adapterInfo') return { vendor: 'test', description };
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });

  it('are measured: tests run on processors, which take 64 invocations a few at a time', async () => {
    const width = await measureWidth(device);
    expect(kindOf(width), `64 invocations took ${width} times as long as 8`).toBe('software');
    expect(kindOf(1.2)).toBe('hardware');
  });

  it('are measured once, for any name of the adapter, and kept by its name', async () => {
    const kept = new Map<string, string>();
    const store = {
      get: vi.fn((adapter: string) => Promise.resolve(kept.get(adapter))),
      set: vi.fn((adapter: string, kind: string) => {
        kept.set(adapter, kind);
        return Promise.resolve();
      }),
    };
    const card = named('a card by its name');
    expect(await sizesFor(card, store)).toBe(adapterSizes.software);
    expect(await sizesFor(card, store)).toBe(adapterSizes.software);
    expect(kept).toEqual(new Map([[adapterKey(card), 'software']]));
    expect(store.set).toHaveBeenCalledTimes(1);
  });

  it('are those that were kept, and measured where what was kept says nothing', async () => {
    const set = vi.fn(() => Promise.resolve());
    const get = (kind: unknown) => ({ get: () => Promise.resolve(kind), set });
    expect(await sizesFor(named('kept'), get('hardware'))).toBe(adapterSizes.hardware);
    expect(set).not.toHaveBeenCalled();
    expect(await sizesFor(named('damaged'), get('toString'))).toBe(adapterSizes.software);
    const failing = { get: () => Promise.reject(new Error('private')), set };
    expect(await sizesFor(named('without a store'), failing)).toBe(adapterSizes.software);
    expect(set).toHaveBeenCalledTimes(2);
  });
});
