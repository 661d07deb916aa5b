/** The presets of the next search, as one control. */
import { presetDescriptions, presetGroups, presetsLike } from '../../domain/settings/presets.ts';
import { defaultSpace } from '../../domain/spaces/settings.ts';
import { changeSettings, choosePreset } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';
import { presetWith, useOwnPresets } from './own-presets.ts';
import type { OwnPreset } from './own-presets.ts';

export function PresetChoice() {
  const list = useOwnPresets((s) => s.list);
  return (
    <>
      <SpaceChoice />
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

/** Of which space the presets are: choosing one chooses its preset of the same size. */
function SpaceChoice() {
  const settings = useLab((s) => s.settings);
  const chosen = useLab((s) => s.preset);
  const { id = defaultSpace } = settings.space;
  if (presetGroups.length < 2) return null;
  return (
    <select
      aria-label="Search space"
      value={id}
      onChange={(event) => {
        const group = presetGroups.find((one) => one.id === event.target.value);
        // The one of the same size.
        const at = presetsLike(settings).findIndex((name) => name === chosen);
        if (group) choosePreset(group.names[Math.max(0, at)] ?? group.names[0]!);
      }}
    >
      {presetGroups.map((group) => (
        <option key={group.id} value={group.id}>
          {group.label}
        </option>
      ))}
    </select>
  );
}

function Shipped() {
  const chosen = useLab((s) => s.preset);
  const settings = useLab((s) => s.settings);
  return (
    <div className="segments" role="radiogroup" aria-label="Preset">
      {presetsLike(settings).map((name) => (
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
