/** The presets with what they are for, and one's own: kept under a name, renamed, removed and restored. */
import { useState } from 'react';
import { presetDescriptions, presetGroups } from '../../domain/settings/presets.ts';
import { Deleted } from '../components/Deleted.tsx';
import { integer, plural } from '../format.ts';
import { changeSettings, choosePreset } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';
import { wordsOf } from '../store/state-name.ts';
import {
  keepPreset,
  nameProblem,
  presetWith,
  removePreset,
  renamePreset,
  restorePreset,
  useOwnPresets,
} from './own-presets.ts';
import type { OwnPreset } from './own-presets.ts';
import { useProblems } from './use-problems.ts';
import { cellCount } from '../../domain/spaces/registry.ts';

export function PresetCards() {
  const preset = useLab((s) => s.preset);
  const settings = useLab((s) => s.settings);
  const list = useOwnPresets((s) => s.list);
  const removed = useOwnPresets((s) => s.removed);
  const obstacle = useOwnPresets((s) => s.obstacle);
  const own = preset === null ? presetWith(settings, list) : undefined;
  return (
    <>
      <div role="radiogroup" aria-label="Preset">
        {presetGroups.map(({ id, label, names }) => (
          <div key={id} role="group" aria-label={label}>
            {presetGroups.length > 1 && <h3 className="preset-space">{label}</h3>}
            <div className="preset-cards">
              {names.map((name) => (
                <label key={name}>
                  <input
                    type="radio"
                    name="preset-card"
                    checked={preset === name}
                    onChange={() => choosePreset(name)}
                  />
                  <span>
                    <strong>{name}</strong>
                    {presetDescriptions[name]}
                  </span>
                </label>
              ))}
            </div>
          </div>
        ))}
        {list.length > 0 && (
          <div className="preset-cards">
            {list.map((one) => (
              <OwnCard key={one.name} preset={one} chosen={one === own} />
            ))}
          </div>
        )}
      </div>
      {removed && (
        <Deleted
          name={removed.preset.name}
          undo={() => {
            restorePreset();
            return Promise.resolve();
          }}
        />
      )}
      {obstacle && <p className="field-problem">{obstacle}</p>}
      {preset === null && !own && <Keep />}
    </>
  );
}

function OwnCard({ preset, chosen }: { preset: OwnPreset; chosen: boolean }) {
  const { name, settings } = preset;
  const [renaming, setRenaming] = useState(false);
  if (renaming)
    return (
      <NameField
        label={`New name of ${name}`}
        initial={name}
        but={name}
        verb="Rename"
        save={(next) => renamePreset(name, next)}
        close={() => setRenaming(false)}
      />
    );
  return (
    <div className="own-preset">
      <label>
        <input
          type="radio"
          name="preset-card"
          checked={chosen}
          onChange={() => changeSettings(structuredClone(settings))}
        />
        <span>
          <strong>{name}</strong>
          {plural(cellCount(settings.space), wordsOf(settings.space).part)} on{' '}
          {settings.data.imageSize}-pixel images, target {integer(settings.targetParameters)}, seed{' '}
          {settings.seed}
        </span>
      </label>
      <button type="button" aria-label={`Rename ${name}`} onClick={() => setRenaming(true)}>
        Rename
      </button>
      <button type="button" aria-label={`Remove ${name}`} onClick={() => removePreset(name)}>
        Remove
      </button>
    </div>
  );
}

/** Changed settings become a preset. */
function Keep() {
  const [naming, setNaming] = useState(false);
  const settings = useLab((s) => s.settings);
  const wrong = useProblems().size > 0;
  if (!naming)
    return (
      <button
        type="button"
        className="keep-preset"
        disabled={wrong}
        title={wrong ? 'Correct the settings first' : undefined}
        onClick={() => setNaming(true)}
      >
        Keep these settings as a preset
      </button>
    );
  return (
    <NameField
      label="Name of the preset"
      initial=""
      but={null}
      verb="Keep"
      save={(name) => keepPreset(name, settings)}
      close={() => setNaming(false)}
    />
  );
}

interface NameFieldProps {
  label: string;
  initial: string;
  /** A name that is not taken: its own. */
  but: string | null;
  verb: string;
  save: (name: string) => void;
  close: () => void;
}

function NameField({ label, initial, but, verb, save, close }: NameFieldProps) {
  const [name, setName] = useState(initial);
  const [refusal, setRefusal] = useState<string | null>(null);
  const problem = name === initial ? null : nameProblem(name, but);
  const submit = (): void => {
    try {
      save(name);
      close();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className="preset-name">
      <input
        type="text"
        aria-label={label}
        value={name}
        autoFocus
        aria-invalid={(problem ?? refusal) !== null || undefined}
        onChange={(event) => {
          setName(event.target.value);
          setRefusal(null);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            submit();
          }
          if (event.key === 'Escape') {
            // The sheet stays open.
            event.preventDefault();
            event.stopPropagation();
            close();
          }
        }}
      />
      <button type="button" className="primary" disabled={problem !== null} onClick={submit}>
        {verb}
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
      {(problem ?? refusal) && (
        <p className="field-problem" role="alert">
          {problem ?? refusal}
        </p>
      )}
    </div>
  );
}
