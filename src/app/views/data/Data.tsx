/** Data sets: add one, choose one, look at one. */
import { useState } from 'react';
import { useDatasets } from '../../sessions/datasets-state.ts';
import { AddData } from './AddData.tsx';
import { SetDetails } from './SetDetails.tsx';
import { SetList } from './SetList.tsx';
import './data.css';

export default function Data() {
  const choice = useDatasets((s) => s.choice);
  /** Looked at without being chosen; what is chosen anew is looked at. */
  const [look, setLook] = useState({ at: choice, chosen: choice });
  const shown = look.chosen === choice ? look.at : choice;
  return (
    <div className="view data">
      <div className="data-side">
        <AddData />
        <SetList shown={shown} show={(at) => setLook({ at, chosen: choice })} />
      </div>
      <SetDetails key={shown} choice={shown} />
    </div>
  );
}
