/** Puts a file's run or architecture into the store. Nothing is written unless all of it is right. */
import { restoreFile } from './restore.ts';
import type { RunStore } from './run-store.ts';

export interface Imported {
  kind: 'run' | 'architecture';
  id: string;
  name: string;
}

/** @throws JsonRefused for a file that is not right; otherwise what the store throws. */
export async function importFile(store: RunStore, file: Blob, fileName = ''): Promise<Imported> {
  const restored = await restoreFile(file);
  if (restored.kind === 'architecture') {
    const { architecture } = restored;
    const name =
      fileName.replace(/\.json$/i, '').slice(0, 120) ||
      `${architecture.dataset.name}, seed ${architecture.settings.seed}`;
    const id = crypto.randomUUID();
    await store.architectures.add({ id, runId: null, name, created: Date.now(), architecture });
    return { kind: 'architecture', id, name };
  }
  const { run } = restored;
  // The same file twice makes two runs: which of them counts is for the user to say.
  const taken = (await store.get(run.run.id)) !== undefined;
  const id = taken ? crypto.randomUUID() : run.run.id;
  const name = taken ? `${run.run.name.slice(0, 112)} (again)` : run.run.name;
  await store.add({ ...run, run: { ...run.run, id, name } });
  return { kind: 'run', id, name };
}
