/** The settings that may change while the search runs. */
import { useState } from 'react';
import type { SteerableSetting } from '../../domain/events/steering-schema.ts';
import { decimal, integer } from '../format.ts';
import type { LogEntry } from '../store/log.ts';
import { fieldOf } from '../../domain/settings/fields.ts';
import { NumberInput } from '../settings/NumberInput.tsx';
import { valueAt, withValue } from '../../domain/settings/path.ts';
import { problems } from '../../domain/settings/problems.ts';
import { steer } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';
import { describeEntry } from './LogRow.tsx';
import { WarningIcon } from './icons.tsx';

const rates: readonly { setting: SteerableSetting; label: string }[] = [
  { setting: 'optimizers.weights.rate', label: 'weights' },
  { setting: 'optimizers.importances.rate', label: 'importances' },
  { setting: 'optimizers.gates.rate', label: 'gates' },
  { setting: 'optimizers.thresholds.rate', label: 'thresholds' },
  { setting: 'optimizers.weightThresholds.rate', label: 'weight thresholds' },
];

export function SteerBar() {
  const [problem, setProblem] = useState<string | null>(null);
  const settings = useLab((s) => s.run.started?.settings ?? s.settings);
  const lambda = useLab((s) => s.run.latest?.lambda ?? 0);

  function change(setting: SteerableSetting, value: number): void {
    const wrong = problems(withValue(settings, setting, value), null).get(setting) ?? null;
    setProblem(wrong);
    if (wrong === null) steer({ kind: 'set', setting, value });
  }
  function changeLambda(value: number): void {
    const wrong =
      Number.isFinite(value) && value >= 0 ? null : 'Lambda: enter a number of at least 0.';
    setProblem(wrong);
    if (wrong === null) steer({ kind: 'lambda', value });
  }
  return (
    <form className="steer-bar" onSubmit={(event) => event.preventDefault()} aria-label="Steering">
      <strong title="Each change is an event of the run. Press Enter or Apply; it takes effect before the next step.">
        Steer
      </strong>
      <SteerField
        id="steer-target"
        label="Target"
        unit="parameters"
        value={settings.targetParameters}
        onCommit={(value) => change('targetParameters', value)}
        width="6.5em"
      />
      <SteerField
        id="steer-lambda"
        label="Lambda"
        title="Weight of both regularizers: how strongly size is penalized. It keeps adapting."
        value={Number(decimal(lambda))}
        onCommit={changeLambda}
        width="5.5em"
      />
      <fieldset className="steer-rates">
        <legend>Learning rates</legend>
        {rates.map(({ setting, label }) => (
          <SteerField
            key={setting}
            id={`steer-${setting}`}
            label={label}
            title={fieldOf.get(setting)?.meaning}
            value={valueAt(settings, setting) as number}
            onCommit={(value) => change(setting, value)}
            width="4.2em"
          />
        ))}
      </fieldset>
      <LastChange />
      {problem && (
        <p className="field-problem" role="alert">
          <WarningIcon /> {problem}
        </p>
      )}
    </form>
  );
}

interface SteerFieldProps {
  id: string;
  label: string;
  unit?: string;
  title?: string;
  value: number;
  onCommit: (value: number) => void;
  width: string;
}

/** Holds what is typed, also when the field is left, until Enter or Apply; Escape gives it up. */
function SteerField({ id, label, unit, title, value, onCommit, width }: SteerFieldProps) {
  const [draft, setDraft] = useState<number | null>(null);
  const changed = draft !== null && !Object.is(draft, value);
  const apply = (): void => {
    if (draft === null) return;
    onCommit(draft);
    setDraft(null);
  };
  return (
    <div
      className="field inline"
      title={title}
      data-changed={changed}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement) apply();
        if (event.key === 'Escape') setDraft(null);
      }}
    >
      <label htmlFor={id}>{label}</label>
      <NumberInput
        id={id}
        value={draft ?? value}
        onChange={setDraft}
        invalid={draft !== null && !(draft >= 0)}
        width={width}
      />
      {unit && <span className="unit">{unit}</span>}
      {changed && (
        <>
          <span className="unit">now {decimal(value)}</span>
          <button
            type="button"
            className="small-button"
            aria-label={`Apply ${label}`}
            title="Enter applies; Escape restores the current value"
            onClick={apply}
          >
            Apply
          </button>
        </>
      )}
    </div>
  );
}

/** The newest change by hand, and what followed from it at once: what it was and what it is. */
function LastChange() {
  const entries = useLab((s) => s.run.log.entries);
  const changes = entries.filter(isValueChange);
  const last = changes.at(-1);
  if (!last) return null;
  const texts = changes.filter(({ step }) => step === last.step).map(describeEntry);
  return (
    <p className="last-change" role="status">
      {texts.slice(-4).join('; ')}, step {integer(last.step)}
    </p>
  );
}

const isValueChange = (entry: LogEntry): boolean =>
  entry.kind === 'steered' && (entry.change.kind === 'set' || entry.change.kind === 'lambda');
