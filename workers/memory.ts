/** Whether a graphics card has room for a super-net, found out before the search by reserving it. */
import { lessMemory } from '../src/domain/counts.ts';
import type { Demand } from '../src/domain/counts.ts';
import type { BackendChoice } from '../src/protocol/messages.ts';
import { Refusal } from './refusal.ts';
import { requestSearchDevice } from './webgpu.ts';

/** Below this nobody is refused, and the trial is left out. */
const trifle = 2 ** 30;
/** In pieces as a search allocates them. */
const piece = 2 ** 28;

/** @throws Refusal with the memory and what needs less. */
export async function demandMemory(
  { stageBytes }: Pick<Demand, 'stageBytes'>,
  backend: BackendChoice,
): Promise<void> {
  const most = Math.max(...stageBytes);
  if (backend !== 'webgpu' || most < trifle) return;
  const { device, adapter } = await requestSearchDevice();
  // A software adapter hands out more than there is, and pays when it is written to: the page holds that against it.
  const fits = adapter.software || (await canReserve(device, most));
  device.destroy();
  if (!fits)
    throw new Refusal(
      'out-of-memory',
      `A stage of the super-net needs about ${gigabytes(most)} on the device, which has no room for it.`,
      `${lessMemory}, and start again.`,
    );
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Allocates `bytes` and frees them. */
export async function canReserve(
  device: Pick<GPUDevice, 'createBuffer' | 'pushErrorScope' | 'popErrorScope'>,
  bytes: number,
): Promise<boolean> {
  const buffers: GPUBuffer[] = [];
  try {
    for (let left = bytes; left > 0; left -= piece) {
      device.pushErrorScope('out-of-memory');
      const size = Math.ceil(Math.min(piece, left) / 4) * 4;
      buffers.push(device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }));
      if (await device.popErrorScope()) return false;
    }
    return true;
  } catch {
    // Implementations may throw where no buffer of the size can be made at all.
    return false;
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}
