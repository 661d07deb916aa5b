/**
 * Dawn's module for Node asks the device once in every turn of the event loop whether it has finished, for as long as a
 * promise waits for it. Nothing else happens in those turns, so the loop spins: beside a software driver it took as much
 * processor time as the computation itself. Here the thread sleeps in each such turn.
 */

/** Waits shorter than this are not worth a sleep: a graphics card's step. Milliseconds. */
const patience = 1;
/** A sleep lasts this share of the wait so far, so that it delays a result by no more than that; and at most `longest`. */
const share = 1 / 8;
const longest = 1;

const never = new Int32Array(new SharedArrayBuffer(4));
let waits = 0;
let since = 0;

function rest(): void {
  if (waits === 0) return;
  const waited = performance.now() - since;
  if (waited > patience) Atomics.wait(never, 0, 0, Math.min(longest, share * waited));
  setImmediate(rest);
}

function resting<T>(wait: Promise<T>): Promise<T> {
  since = performance.now();
  if (waits++ === 0) setImmediate(rest);
  return wait.finally(() => {
    waits--;
    since = performance.now();
  });
}

/** Changes the two methods of these classes that wait for the device. */
export function restWhileWaiting({
  GPUQueue,
  GPUBuffer,
}: {
  GPUQueue: { prototype: Pick<GPUQueue, 'onSubmittedWorkDone'> };
  GPUBuffer: { prototype: Pick<GPUBuffer, 'mapAsync'> };
}): void {
  const { onSubmittedWorkDone } = GPUQueue.prototype;
  GPUQueue.prototype.onSubmittedWorkDone = function (this: GPUQueue) {
    return resting(onSubmittedWorkDone.call(this));
  };
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (this: GPUBuffer, ...range: Parameters<typeof mapAsync>) {
    return resting(mapAsync.apply(this, range));
  };
}
