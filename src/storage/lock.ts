/**
 * One writer a run, a comparison or a training: a Web Lock, which the browser gives back by itself when the tab or worker
 * ends, however it ends. Where there are none (plain http), nothing is held, and a second tab is not kept from writing.
 */

type Kind = 'run' | 'comparison' | 'training';

const nameOf = (kind: Kind, id: string): string => `mgas-${kind}:${id}`;
const locks = (): LockManager | undefined =>
  (globalThis as { navigator?: Partial<Navigator> }).navigator?.locks;

/** Milliseconds after which the lock of an ended worker is free. */
export const lockTime = 400;

export interface Lease {
  release(): void;
}

/** @returns null when another tab writes it. */
export function lease(kind: Kind, id: string): Promise<Lease | null> {
  const manager = locks();
  if (!manager) return Promise.resolve({ release: () => {} });
  return new Promise((resolve, reject) => {
    manager
      .request(nameOf(kind, id), { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(reject);
  });
}

export const leaseRun = (runId: string): Promise<Lease | null> => lease('run', runId);

/** Ids that some tab writes at this moment, by kind. */
export async function allHeld(): Promise<Readonly<Record<Kind, ReadonlySet<string>>>> {
  const all = (await locks()?.query())?.held ?? [];
  const of = (kind: Kind): ReadonlySet<string> => {
    const prefix = nameOf(kind, '');
    return new Set(
      all.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])),
    );
  };
  return { run: of('run'), comparison: of('comparison'), training: of('training') };
}

export async function held(kind: Kind): Promise<ReadonlySet<string>> {
  return (await allHeld())[kind];
}

/** Resolves once nobody writes the run any more. */
export async function runReleased(runId: string, signal: AbortSignal): Promise<void> {
  await locks()?.request(nameOf('run', runId), { mode: 'shared', signal }, () => {});
}
