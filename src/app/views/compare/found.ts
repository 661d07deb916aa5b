/** Architectures that stored comparisons found. */
import type { Architecture } from '../../../domain/architecture/schema.ts';
import type { RunKey } from '../../../engine/baselines/plan.ts';
import { methodLabels } from '../../../engine/baselines/results.ts';
import { writeArchitecture } from '../../../storage/files.ts';
import { saveText } from '../../download.ts';
import { integer } from '../../format.ts';
import { addToLibrary } from '../../store/library.ts';
import { theStore } from '../../sessions/stored-comparisons.ts';

export async function foundRuns(id: string): Promise<RunKey[]> {
  return (await theStore()).foundRuns(id).catch(() => []);
}

async function architectureOf(id: string, run: RunKey): Promise<Architecture> {
  const architecture = await (await theStore()).architecture(id, run);
  if (!architecture) throw new Error('It is no longer in this browser.');
  return architecture;
}

export async function saveFound(id: string, run: RunKey): Promise<void> {
  saveText(
    writeArchitecture(await architectureOf(id, run)),
    `mgas-${run.method}-${run.target}-seed${run.seed}.json`,
  );
}

/** The same one twice is there once. */
export const libraryId = (id: string, { method, target, seed }: RunKey): string =>
  `${id}-${method}-${target}-${seed}`;

export async function toLibrary(id: string, run: RunKey): Promise<void> {
  const name = `${methodLabels[run.method]} to ${integer(run.target)}, seed ${run.seed}`;
  await addToLibrary({
    id: libraryId(id, run),
    runId: null,
    name,
    created: Date.now(),
    architecture: await architectureOf(id, run),
  });
}
