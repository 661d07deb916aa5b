/** Every setting of a search, grouped, with its unit, its meaning and what is wrong with it. */
import { operationNames } from '../../domain/operations/registry.ts';
import type { OperationName } from '../../domain/operations/registry.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { presetDescriptions, presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import { activeStates } from '../sessions/search-client.ts';
import { integer } from '../format.ts';
import { Dialog } from '../components/Dialog.tsx';
import { operationTable } from '../../domain/operations/registry.ts';
import { chosenImages, useDatasets } from '../store/datasets.ts';
import { changeSettings, choosePreset } from '../sessions/search.ts';
import { lab, useLab } from '../store/store.ts';
import { fieldGroups } from '../../domain/settings/fields.ts';
import type { Field, FieldGroup } from '../../domain/settings/fields.ts';
import { NumberInput } from './NumberInput.tsx';
import { changedPaths, nearestPreset } from '../../domain/settings/link.ts';
import { valueAt, withValue } from '../../domain/settings/path.ts';
import { useProblems } from './use-problems.ts';
import type { Problems } from '../../domain/settings/problems.ts';

export function SettingsDialog() {
  const open = useLab((s) => s.dialog === 'settings');
  return (
    <Dialog
      title="All settings"
      kind="sheet"
      open={open}
      onClose={() => lab.setState({ dialog: null })}
    >
      <SettingsForm />
    </Dialog>
  );
}

function SettingsForm() {
  const settings = useLab((s) => s.settings);
  const preset = useLab((s) => s.preset);
  const locked = useLab((s) => activeStates.includes(s.state));
  const problems = useProblems();
  return (
    <form className="settings-form" onSubmit={(event) => event.preventDefault()}>
      {locked && (
        <p className="callout">
          A search is running with settings of its own. Stop it to change them here.
        </p>
      )}
      <fieldset disabled={locked}>
        <div className="preset-cards" role="radiogroup" aria-label="Preset">
          {(Object.keys(presets) as PresetName[]).map((name) => (
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
        {fieldGroups.map((group) => (
          <Group key={group.title} group={group} settings={settings} problems={problems} />
        ))}
      </fieldset>
    </form>
  );
}

interface GroupProps {
  group: FieldGroup;
  settings: SearchSettings;
  problems: Problems;
}

function Group({ group, settings, problems }: GroupProps) {
  const wrong = group.fields.filter(
    ({ path }) =>
      problems.has(path) || (path.startsWith('granularities') && problems.has('granularities')),
  ).length;
  return (
    <details open={!group.advanced || wrong > 0}>
      <summary>
        <strong>{group.title}</strong>
        <span>{group.summary}</span>
        {wrong > 0 && <em>{wrong === 1 ? '1 error' : `${wrong} errors`}</em>}
      </summary>
      <div className="fields">
        {group.fields.map((field) => (
          <FieldRow
            key={field.path}
            field={field}
            settings={settings}
            problem={problems.get(field.path)}
          />
        ))}
        {group.title === 'Goal' && problems.has('granularities') && (
          <p className="field-problem" role="alert">
            {problems.get('granularities')}
          </p>
        )}
      </div>
    </details>
  );
}

function FieldRow({
  field,
  settings,
  problem,
}: {
  field: Field;
  settings: SearchSettings;
  problem: string | undefined;
}) {
  const id = `setting-${field.path.replaceAll('.', '-')}`;
  const help = `${id}-help`;
  const set = useDatasets(chosenImages);
  const available =
    field.path === 'data.trainImages' && set ? ` ${set.name} has ${integer(set.train)}.` : '';
  const value = valueAt(settings, field.path);
  const preset = useLab((s) => s.preset) ?? nearestPreset(settings);
  const changed = changedPaths(settings, preset).includes(field.path);
  const change = (next: unknown): void =>
    changeSettings(withValue(lab.getState().settings, field.path, next));
  return (
    <div className="field" data-kind={field.kind} data-changed={changed}>
      {field.kind === 'operations' ? (
        <Operations field={field} value={value as OperationName[]} change={change} />
      ) : (
        <>
          <label htmlFor={id}>{field.label}</label>
          {field.kind === 'switch' ? (
            <input
              id={id}
              type="checkbox"
              checked={value === true}
              aria-describedby={help}
              onChange={(event) => change(event.target.checked)}
            />
          ) : (
            <div className="with-unit">
              <NumberInput
                id={id}
                value={(value ?? 0) as number}
                onChange={change}
                invalid={problem !== undefined}
                describedBy={help}
              />
              {field.unit && <span className="unit">{field.unit}</span>}
            </div>
          )}
        </>
      )}
      {changed && <Reset field={field} preset={preset} change={change} />}
      <p id={help} className={problem ? 'field-problem' : 'meaning'}>
        {problem ?? `${field.meaning}${available}`}
      </p>
    </div>
  );
}

/** One setting back to what the preset has. */
function Reset({
  field,
  preset,
  change,
}: {
  field: Field;
  preset: PresetName;
  change: (next: unknown) => void;
}) {
  const value = valueAt(presets[preset], field.path);
  const shown = Array.isArray(value) ? `${value.length} operations` : String(value ?? 0);
  return (
    <button
      type="button"
      className="reset"
      aria-label={`Reset ${field.label} to ${shown}, as in ${preset}`}
      onClick={() => change(structuredClone(value))}
    >
      Changed; {preset} has {shown}. Reset
    </button>
  );
}

function Operations({
  field,
  value,
  change,
}: {
  field: Field;
  value: OperationName[];
  change: (next: OperationName[]) => void;
}) {
  return (
    <fieldset className="operations">
      <legend>{field.label}</legend>
      {operationNames.map((name) => (
        <label key={name} className="chip" title={operationTable[name].label}>
          <input
            type="checkbox"
            checked={value.includes(name)}
            // In the engine's order, whatever the order of choosing.
            onChange={(event) =>
              change(
                operationNames.filter((other) =>
                  other === name ? event.target.checked : value.includes(other),
                ),
              )
            }
          />
          <span>{operationTable[name].short}</span>
        </label>
      ))}
    </fieldset>
  );
}
