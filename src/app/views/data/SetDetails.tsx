/** One data set: its figures, its images, how even its classes are, and what augmentation makes of it. */
import { copy } from '../../copy.ts';
import type { DatasetSummary } from '../../../protocol/data-messages.ts';
import { Panel } from '../../components/Panel.tsx';
import { bytes, integer } from '../../format.ts';
import { embeddedSets, sourceOf } from '../../sessions/dataset-sources.ts';
import type { DatasetChoice } from '../../sessions/datasets-state.ts';
import { AugmentationPreview } from './AugmentationPreview.tsx';
import { ClassBalance } from './ClassBalance.tsx';
import { ContactSheet } from './ContactSheet.tsx';
import { useAnswer } from './use-answer.ts';

export function SetDetails({ choice }: { choice: DatasetChoice }) {
  const source = sourceOf(choice);
  const answer = useAnswer('summarize', { source });
  if (answer.state === 'failed') {
    return (
      <p className="empty" role="alert">
        {answer.error.message} {answer.error.advice}
      </p>
    );
  }
  if (answer.value === null)
    return <p className="empty">Loading {embeddedSets[choice] ?? 'the data set'}.</p>;
  const summary = answer.value;
  return (
    <div className="data-main">
      <Figures summary={summary} />
      <ContactSheet source={source} summary={summary} />
      <ClassBalance summary={summary} />
      <AugmentationPreview source={source} summary={summary} />
    </div>
  );
}

const kinds: Readonly<Record<DatasetSummary['kind'], string>> = {
  'cifar-10': 'CIFAR-10',
  'cifar-100': 'CIFAR-100',
  idx: 'IDX',
  'image-folder': 'image folders',
  npz: 'NumPy arrays',
  matlab: 'MATLAB arrays',
  'stl-10': 'STL-10',
};

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
const fixed = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(' / ');

function Figures({ summary }: { summary: DatasetSummary }) {
  const {
    name,
    kind,
    size,
    channels,
    classNames,
    train,
    test,
    mean,
    deviation,
    bytes: length,
    notes,
    encoded = false,
  } = summary;
  const perChannel = channels === 1 ? '0 to 1' : 'red / green / blue, 0 to 1';
  const rows: [string, string][] = [
    [copy.trainingImages, integer(sum(train))],
    ['Test images', integer(sum(test))],
    ['Size', `${size} × ${size} pixels, ${channels === 1 ? 'gray' : 'colour'}`],
    ['Classes', integer(classNames.length)],
    [encoded ? 'Stored as files' : 'In memory', bytes(length)],
    [`Mean, ${perChannel}`, fixed(mean)],
    [`Standard deviation, ${perChannel}`, fixed(deviation)],
  ];
  return (
    <Panel
      title={name}
      note={`read from ${kinds[kind]}; statistics of the training images`}
      className="area-figures"
    >
      <dl className="set-figures">
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {notes.map((note) => (
        <p key={note} className="note">
          {note}
        </p>
      ))}
    </Panel>
  );
}
