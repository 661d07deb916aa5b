/** Files of runs and architectures: into the library, and out of it. */
import { changed, messageOf, theStore, wholeRun } from './library.ts';
import { writeArchitecture, writeRun } from '../../storage/files.ts';
import { importFile } from '../../storage/import.ts';
import type { ArchitectureRecord, RunRecord } from '../../storage/records.ts';
import { saveText } from '../download.ts';
import { library } from './library-state.ts';

/** Takes a file in. What is wrong with it, or what it was, is told in `message`. */
export async function takeIn(file: File): Promise<void> {
  // A large file takes a second or two.
  library.setState({ message: { kind: 'done', text: `Reading ${file.name}.` } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    const { kind, name } = await importFile(theStore(), file, file.name);
    library.setState({
      message: {
        kind: 'done',
        text:
          kind === 'run'
            ? `The run \u201c${name}\u201d is in the library.`
            : `The architecture \u201c${name}\u201d is in the library.`,
      },
    });
    await changed();
  } catch (error) {
    library.setState({
      message: { kind: 'error', text: `${file.name} could not be imported. ${messageOf(error)}` },
    });
  }
}

/** Hands a run to the user as a file. @param weights with its last checkpoint, from which a search can go on. */
export async function saveRun(run: RunRecord, weights: boolean): Promise<void> {
  try {
    const text = writeRun(await wholeRun(run.id), { weights });
    saveText(
      text,
      `mgas-run-${run.dataset.name}-seed${run.settings.seed}-${run.summary.step}-steps.json`,
    );
  } catch (error) {
    library.setState({
      message: { kind: 'error', text: `The run could not be saved. ${messageOf(error)}` },
    });
  }
}

export function saveStoredArchitecture({ name, architecture }: ArchitectureRecord): void {
  saveText(
    writeArchitecture(architecture),
    `mgas-${name.replace(/[^\w-]+/g, '-').slice(0, 60)}.json`,
  );
}
