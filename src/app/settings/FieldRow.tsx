/** One setting: its field, what it means or what is wrong with it, and the way back to the preset. */
import type { ReactNode } from 'react';
import { changedPaths, nearestPreset } from '../../domain/settings/link.ts';
import type { Field } from '../../domain/settings/fields.ts';
import { valueAt, withValue } from '../../domain/settings/path.ts';
import { presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { operationNames, operationTable } from '../../domain/operations/registry.ts';
import type { OperationName } from '../../domain/operations/registry.ts';
import { spaceOf } from '../../domain/spaces/registry.ts';
import { integer, plural } from '../format.ts';
import { changeSettings } from '../sessions/search.ts';
import { chosenImages } from '../sessions/dataset-sources.ts';
import { useDatasets } from '../sessions/datasets-state.ts';
import { lab, useLab } from '../store/store.ts';
import { NumberInput } from './NumberInput.tsx';
import { GridInput } from './GridInput.tsx';
import { Choice, ListInput, TableInput } from './TableInputs.tsx';

export function FieldRow({
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
    changeSettings(followed(withValue(lab.getState().settings, field.path, next), field.path));
  const lists = { field, id, change, invalid: problem !== undefined, describedBy: help };
  const editors: Partial<Record<Field['kind'], ReactNode>> = {
    operations: <Operations field={field} value={value as OperationName[]} change={change} />,
    list: <ListInput {...lists} value={value as number[]} />,
    table: <TableInput {...lists} value={value as Record<string, number>[]} />,
    grid: <GridInput {...lists} value={value as Record<string, number>[]} />,
  };
  const editor = editors[field.kind];
  return (
    <div className="field" data-kind={field.kind} data-changed={changed}>
      {editor ?? (
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
          ) : field.kind === 'choice' ? (
            <Choice
              {...{ id, change }}
              options={field.columns[0]?.options ?? []}
              value={value as number}
              describedBy={help}
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

/** What else in the space follows from a setting, so that it still agrees with itself. */
const followed = (settings: SearchSettings, path: string): SearchSettings =>
  path.startsWith('space.')
    ? { ...settings, space: spaceOf(settings.space).follow(settings.space, path.slice(6)) }
    : settings;

const listed = ({ kind }: Field, value: readonly unknown[]): string =>
  kind === 'operations'
    ? `${value.length} operations`
    : kind === 'list'
      ? value.join(', ')
      : kind === 'table'
        ? plural(value.length, 'row')
        : `${value.length} of them`;

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
  const shown = Array.isArray(value) ? listed(field, value) : String(value ?? 0);
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
