/** What a run of a stored comparison found: as a file, or into the library, where it is measured, trained and exported. */
import { useEffect, useState } from 'react';
import type { RunKey } from '../../../engine/baselines/plan.ts';
import { methodLabels } from '../../../engine/baselines/results.ts';
import { DownloadIcon } from '../../components/icons.tsx';
import { integer } from '../../format.ts';
import { viewHref } from '../../router.ts';
import { useLibrary } from '../../store/library-state.ts';
import { comparisons } from '../../sessions/comparison-state.ts';
import { foundRuns, libraryId, saveFound, toLibrary } from './found.ts';

/** Runs of the comparison whose architectures are kept. @param count its runs: a new one brings another. */
export function useFoundRuns(id: string | null, count: number): readonly RunKey[] {
  const [kept, setKept] = useState<{ id: string; runs: readonly RunKey[] } | null>(null);
  useEffect(() => {
    if (id === null) return;
    let wanted = true;
    void foundRuns(id).then((runs) => wanted && setKept({ id, runs }));
    return () => void (wanted = false);
  }, [id, count]);
  return kept?.id === id ? kept.runs : none;
}
const none: readonly RunKey[] = [];

export function RunExports({ id, run }: { id: string; run: RunKey }) {
  const there = useLibrary(({ architectures }) =>
    architectures.some((record) => record.id === libraryId(id, run)),
  );
  const of = `${methodLabels[run.method]}, target ${integer(run.target)}, seed ${run.seed}`;
  const failed = (error: unknown): void =>
    comparisons.setState({
      problem: `The architecture of ${of} could not be read or stored: ${error instanceof Error ? error.message : String(error)}`,
    });
  return (
    <span className="run-exports">
      <button
        type="button"
        onClick={() => void saveFound(id, run).catch(failed)}
        aria-label={`Save the architecture of ${of}`}
      >
        <DownloadIcon /> Save
      </button>
      {there ? (
        <a href={viewHref('library')}>In the library</a>
      ) : (
        <button
          type="button"
          onClick={() => void toLibrary(id, run).catch(failed)}
          aria-label={`Add to library: the architecture of ${of}`}
        >
          Add to library
        </button>
      )}
    </span>
  );
}
