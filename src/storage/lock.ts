/**
 * One writer a run: a Web Lock, which the browser gives back by itself when the tab or worker ends, however it ends.
 * Where there are none (plain http), nothing is held, and a second tab is not kept from writing.
 */

const nameOf = (runId: string): string => `mgas-run:${runId}`;
const locks = (): LockManager | undefined => (navigator as Partial<Navigator>).locks;

export interface Lease {
  release(): void;
}

/** @returns null when another tab writes the run. */
export function leaseRun(runId: string): Promise<Lease | null> {
  const manager = locks();
  if (!manager) return Promise.resolve({ release: () => {} });
  return new Promise((resolve, reject) => {
    manager
      .request(nameOf(runId), { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(reject);
  });
}

/** Runs that some tab writes at this moment. */
export async function heldRuns(): Promise<ReadonlySet<string>> {
  const held = (await locks()?.query())?.held ?? [];
  return new Set(held.flatMap(({ name }) => (name?.startsWith(nameOf('')) ? [name.slice(nameOf('').length)] : [])));
}

/** Resolves once nobody writes the run any more. */
export async function runReleased(runId: string, signal: AbortSignal): Promise<void> {
  await locks()?.request(nameOf(runId), { mode: 'shared', signal }, () => {});
}
