/** Where the run on screen stands, in a sentence that is announced when it changes. */
import { isLive, newestRun } from '../sessions/shown-run.ts';
import type { ShownRun } from '../sessions/shown-run.ts';
import { chosenName, dataSetLabel } from '../sessions/dataset-sources.ts';
import { useDatasets } from '../sessions/datasets-state.ts';
import { sentence } from '../store/sentence.ts';
import { fullParameters, shownState, useLab } from '../store/store.ts';
import type { LabState } from '../store/store.ts';

export function RunSentence({ shown }: { shown: ShownRun }) {
  const { dataset, id, checkpointStep, live, recorded } = shown;
  const chosen = useDatasets(chosenName);
  const images = id === null ? chosen : dataSetLabel(dataset);
  // A recording says where it stands at the moment shown, as if it ran now.
  const moment = useLab((s) => (recorded && shownState(s).run.outcome === null ? s.cursor : null));
  const status = moment === null ? shown.status : 'running';
  const text = useLab((s) =>
    sentence({
      images,
      status,
      checkpointStep,
      run: moment === null ? newestRun(s) : shownState(s).run,
      fullParameters: fullParameters(moment === null ? newestState(s) : shownState(s)),
      loading: live ? s.loading : null,
      compiling: live ? s.compiling : null,
      pausing: live && s.pausing,
    }),
  );
  return (
    <p
      className="sentence"
      role="status"
      data-busy={['loading', 'running', 'stopping', 'elsewhere'].includes(status)}
    >
      <span className="pulse" aria-hidden="true" />
      {text}
    </p>
  );
}

const newestState = (state: LabState): Pick<LabState, 'run' | 'superNet'> => ({
  run: newestRun(state),
  superNet: (isLive(state) ? null : state.replay?.superNet) ?? state.superNet,
});
