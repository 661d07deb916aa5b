/** The images that a training takes: those of the run, unless another set that fits is chosen. */
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { dataSetLabel } from '../../sessions/dataset-sources.ts';
import { misfit } from './training-data.ts';
import type { TrainingSet } from './training-data.ts';

interface Props {
  architecture: Architecture;
  sets: readonly TrainingSet[];
  own: TrainingSet | null;
  chosen: TrainingSet | null;
  choose: (id: string) => void;
  disabled: boolean;
}

export function DataChoice({ architecture, sets, own, chosen, choose, disabled }: Props) {
  const { dataset } = architecture;
  return (
    <>
      <div className="train-data">
        <label htmlFor="train-data">Data set</label>
        <select
          id="train-data"
          value={chosen?.id ?? ''}
          disabled={disabled}
          onChange={(event) => choose(event.target.value)}
        >
          {chosen === null && <option value="">choose a data set</option>}
          {sets.map((set) => {
            const why = misfit(dataset, set);
            return (
              <option key={set.id} value={set.id} disabled={why !== null}>
                {set.title}
                {set === own ? ' (of this run)' : why ? `: ${why}` : ''}
              </option>
            );
          })}
        </select>
      </div>
      <p className="note" role="status">
        {note(architecture, own, chosen)}
      </p>
    </>
  );
}

function note(
  { dataset }: Architecture,
  own: TrainingSet | null,
  chosen: TrainingSet | null,
): string {
  const searched = dataSetLabel(dataset.name);
  if (chosen === null)
    return `This architecture was searched on \u201c${searched}\u201d, which is not in this browser: add it under Data, or choose another set with ${dataset.imageChannels === 1 ? 'gray' : 'colour'} images of ${dataset.classes} classes.`;
  if (chosen === own)
    return `Trained and tested on ${chosen.title}, on which it was searched; images are resized to ${dataset.imageSize} pixels.`;
  return `Trained and tested on ${chosen.title}. It was searched on ${searched}.`;
}
