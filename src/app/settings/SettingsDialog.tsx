/** The settings of the next search in a sheet: preset, images and device first, then every setting by group. */
import { fieldGroupsOf } from '../../domain/settings/fields.ts';
import type { FieldGroup } from '../../domain/settings/fields.ts';
import type { Problems } from '../../domain/settings/problems.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { Dialog } from '../components/Dialog.tsx';
import { PlannedFigures } from '../components/PlannedFigures.tsx';
import { plural } from '../format.ts';
import { TimeEstimate } from '../components/TimeEstimate.tsx';
import { activeStates } from '../sessions/search-client.ts';
import { lab, useLab } from '../store/store.ts';
import { BackendChoice } from './BackendChoice.tsx';
import { FieldRow } from './FieldRow.tsx';
import { ImagesChoice } from './ImagesChoice.tsx';
import { PresetCards } from './PresetCards.tsx';
import { useProblems } from './use-problems.ts';

export function SettingsDialog() {
  const open = useLab((s) => s.dialog === 'settings');
  return (
    <Dialog
      title="Settings of the next search"
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
  const locked = useLab((s) => activeStates.includes(s.state));
  const problems = useProblems();
  return (
    <form
      className="settings-form"
      aria-label="Settings"
      onSubmit={(event) => event.preventDefault()}
    >
      {locked && (
        <p className="callout">
          A search is running with its own settings. Stop it to change the settings here.
        </p>
      )}
      <fieldset disabled={locked}>
        <PresetCards />
        <div className="where-searched">
          <ImagesChoice />
          <BackendChoice />
        </div>
        <TimeEstimate />
        {fieldGroupsOf(settings).map((group) => (
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
        {wrong > 0 && <em>{plural(wrong, 'error')}</em>}
      </summary>
      {group.of.includes('space') && <PlannedFigures alone />}
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
