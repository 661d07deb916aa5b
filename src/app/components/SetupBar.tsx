/** What a search is asked for, in the few settings that most people change; everything else is one press away. */
import { presetDescriptions, presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import { granularities } from '../../domain/granularities.ts';
import type { BackendChoice } from '../../protocol/messages.ts';
import { activeStates } from '../sessions/search-client.ts';
import { granularityNames } from '../format.ts';
import { viewHref } from '../router.ts';
import { NumberInput } from '../settings/NumberInput.tsx';
import { withValue } from '../../domain/settings/path.ts';
import { useProblems } from '../settings/use-problems.ts';
import { chooseDataset, embeddedSets, useDatasets } from '../store/datasets.ts';
import { changeSettings, chooseBackend, choosePreset } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';
import { CopyLink } from '../share/CopyLink.tsx';
import { backendNames } from './backend-names.ts';
import { BarEnd } from './BarEnd.tsx';
import { Glyph } from './icons.tsx';
import { TimeEstimate } from './TimeEstimate.tsx';

const presetNames = Object.keys(presets) as PresetName[];

export function SetupBar() {
  const locked = useLab((s) => activeStates.includes(s.state));
  const problem = useProblems().values().next().value;
  return (
    <form className="setup-bar" onSubmit={(event) => event.preventDefault()} aria-label="Settings">
      <fieldset
        disabled={locked}
        title={locked ? 'Stop the search to change its settings' : undefined}
      >
        <Presets />
        <Images />
        <Target />
        <Levels />
        <Backend />
      </fieldset>
      <CopyLink />
      <TimeEstimate />
      <BarEnd problem={problem} />
    </form>
  );
}

function Presets() {
  const chosen = useLab((s) => s.preset);
  return (
    <div className="segments" role="radiogroup" aria-label="Preset">
      {presetNames.map((name) => (
        <label key={name} title={presetDescriptions[name]}>
          <input
            type="radio"
            name="preset"
            checked={chosen === name}
            onChange={() => choosePreset(name)}
          />
          <span>
            {name}
            <small>{presetUses[name]}</small>
          </span>
        </label>
      ))}
    </div>
  );
}

/** What they are made for; `presetDescriptions` says more. How long they take here, only timing tells. */
const presetUses: Readonly<Record<PresetName, string>> = {
  tiny: 'a first look',
  demo: 'worth watching',
  paper: 'as published',
};

function Images() {
  const sets = useDatasets((s) => s.sets);
  const choice = useDatasets((s) => s.choice);
  return (
    <div className="field inline">
      <label htmlFor="dataset">
        <a href={viewHref('data')}>Images</a>
      </label>
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
    </div>
  );
}

function Target() {
  const settings = useLab((s) => s.settings);
  const problems = useProblems();
  return (
    <div className="field inline">
      <label htmlFor="target">Target</label>
      <NumberInput
        id="target"
        value={settings.targetParameters}
        onChange={(value) => changeSettings(withValue(settings, 'targetParameters', value))}
        invalid={problems.has('targetParameters')}
        width="7.5em"
      />
      <span className="unit">parameters</span>
    </div>
  );
}

function Levels() {
  const settings = useLab((s) => s.settings);
  return (
    <div className="chips" role="group" aria-label="Levels to prune">
      <span className="chips-label" aria-hidden="true">
        Prune
      </span>
      {granularities.map((level) => (
        <label key={level} className="chip">
          <input
            type="checkbox"
            checked={settings.granularities[level]}
            onChange={(event) =>
              changeSettings(withValue(settings, `granularities.${level}`, event.target.checked))
            }
          />
          <span>
            <Glyph of={level} /> {granularityNames[level].many}
          </span>
        </label>
      ))}
    </div>
  );
}

function Backend() {
  const backend = useLab((s) => s.backend);
  const probe = useLab((s) => s.probe);
  return (
    <div className="field inline">
      <label htmlFor="backend">Run on</label>
      <select
        id="backend"
        value={backend}
        onChange={(event) => chooseBackend(event.target.value as BackendChoice)}
      >
        {(Object.keys(backendNames) as BackendChoice[]).map((choice) => (
          <option
            key={choice}
            value={choice}
            disabled={probe !== null && !probe.backends.includes(choice)}
          >
            {backendNames[choice]}
            {probe && !probe.backends.includes(choice) ? ', not here' : ''}
          </option>
        ))}
      </select>
    </div>
  );
}
