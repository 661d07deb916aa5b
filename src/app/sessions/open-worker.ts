/** Starts a worker. Every worker has the same entry, which its name turns into what it serves. */
import type { WorkerRole } from '../../protocol/rpc.ts';

export const openWorker = (role: WorkerRole): Worker =>
  new Worker(new URL('../../../workers/lab.worker.ts', import.meta.url), {
    type: 'module',
    name: role,
  });
