/** The presets of the next search, as one control. */
import { presetDescriptions, presetNames } from '../../domain/settings/presets.ts';
import { changeSettings, choosePreset } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';
import { presetWith, useOwnPresets } from './own-presets.ts';
import type { OwnPreset } from './own-presets.ts';

export function PresetChoice() {
  const list = useOwnPresets((s) => s.list);
  return (
    <>
      <Shipped />
      {list.length > 0 && <Own list={list} />}
    </>
  );
}

function Own({ list }: { list: readonly OwnPreset[] }) {
  const settings = useLab((s) => s.settings);
  return (
    <select
      aria-label="Own preset"
      className="own-presets"
      value={presetWith(settings, list)?.name ?? ''}
      onChange={(event) => {
        const preset = list.find(({ name }) => name === event.target.value);
        if (preset) changeSettings(structuredClone(preset.settings));
      }}
    >
      <option value="" disabled>
        Own preset
      </option>
      {list.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function Shipped() {
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
          <span>{name}</span>
        </label>
      ))}
    </div>
  );
}
