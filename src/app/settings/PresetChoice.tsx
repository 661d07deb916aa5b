/** The presets of the next search, as one control. */
import { presetDescriptions, presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import { choosePreset } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';

const presetNames = Object.keys(presets) as PresetName[];

export function PresetChoice() {
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
