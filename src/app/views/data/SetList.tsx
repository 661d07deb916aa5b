/** All data sets there are: which the next search takes, what each is, and a way to delete it. */
import { useState } from 'react';
import { activeStates } from '../../sessions/search-client.ts';
import type { ListedDataset } from '../../../protocol/data-messages.ts';
import { Panel } from '../../components/Panel.tsx';
import { bytes, integer, plural } from '../../format.ts';
import { embeddedSets } from '../../sessions/dataset-sources.ts';
import { chooseDataset, useDatasets } from '../../sessions/datasets-state.ts';
import { removeDataset } from '../../sessions/datasets.ts';
import type { DatasetChoice } from '../../sessions/datasets-state.ts';
import { useLab } from '../../store/store.ts';

interface Props {
  shown: DatasetChoice;
  show: (choice: DatasetChoice) => void;
}

export function SetList({ shown, show }: Props) {
  const sets = useDatasets((s) => s.sets);
  const obstacle = useDatasets((s) => s.obstacle);
  return (
    <Panel
      title="Data sets"
      note="the selected one is used by the next search"
      className="area-sets"
    >
      <ul className="set-list">
        {Object.entries(embeddedSets).map(([choice, name]) => (
          <Row
            key={choice}
            choice={choice}
            name={name}
            about="shipped with the lab"
            shown={shown}
            show={show}
          />
        ))}
        {sets?.map((set) => (
          <Row
            key={set.id}
            choice={set.id}
            name={set.name}
            about={about(set)}
            shown={shown}
            show={show}
            removable
          />
        ))}
      </ul>
      {sets === null && <p className="note">Reading the stored data sets.</p>}
      {obstacle && (
        <p className="field-problem" role="alert">
          {obstacle.message} {obstacle.advice}
        </p>
      )}
    </Panel>
  );
}

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

function about({
  train,
  test,
  size,
  channels,
  classNames,
  bytes: length,
  encoded = false,
}: ListedDataset): string {
  return `${integer(sum(train))} + ${integer(sum(test))} of ${size}×${size}${channels === 1 ? ' gray' : ''}, ${plural(classNames.length, 'class')}, ${bytes(length)}${encoded ? ' of files' : ''}`;
}

function Row({
  choice,
  name,
  about,
  shown,
  show,
  removable = false,
}: Props & { choice: DatasetChoice; name: string; about: string; removable?: boolean }) {
  const chosen = useDatasets((s) => s.choice === choice);
  const busy = useLab((s) => activeStates.includes(s.state));
  const [asking, setAsking] = useState(false);
  return (
    <li className="set-row" data-shown={choice === shown}>
      <input
        type="radio"
        name="dataset"
        checked={chosen}
        aria-label={`${name}: use for the next search`}
        onChange={() => chooseDataset(choice)}
      />
      <button
        type="button"
        className="set-name"
        aria-pressed={choice === shown}
        onClick={() => show(choice)}
      >
        <span>{name}</span>
        <small>{about}</small>
      </button>
      {removable && !asking && (
        <button
          type="button"
          className="set-remove"
          disabled={busy && chosen}
          title={busy && chosen ? 'The running search may need it' : undefined}
          aria-label={`Delete ${name}`}
          onClick={() => setAsking(true)}
        >
          Delete
        </button>
      )}
      {asking && (
        <p className="set-ask" role="alert">
          Delete {name} from this browser?
          <button type="button" autoFocus onClick={() => void removeDataset(choice)}>
            Delete
          </button>
          <button type="button" onClick={() => setAsking(false)}>
            Keep
          </button>
        </p>
      )}
    </li>
  );
}
