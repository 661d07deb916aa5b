/** The data set of the next search. */
import { viewHref } from '../router.ts';
import { embeddedSets } from '../sessions/dataset-sources.ts';
import { chooseDataset, useDatasets } from '../sessions/datasets-state.ts';
import { lab } from '../store/store.ts';

export function ImagesChoice() {
  const sets = useDatasets((s) => s.sets);
  const choice = useDatasets((s) => s.choice);
  return (
    <div className="field inline">
      <label htmlFor="dataset">Images</label>
      <select
        id="dataset"
        value={choice}
        onChange={(event) => chooseDataset(event.target.value)}
        style={{ maxWidth: '13em' }}
      >
        {Object.entries(embeddedSets).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {/* Until the browser's store has been read, the chosen set has no name. */}
        {sets === null && !(choice in embeddedSets) && <option value={choice}>Stored set</option>}
        {sets?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <a href={viewHref('data')} onClick={() => lab.setState({ dialog: null })}>
        Add your own
      </a>
    </div>
  );
}
