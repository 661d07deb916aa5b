/** The fields of the form of a new comparison: each says beside itself what is wrong with it. */
import { useId } from 'react';
import type { ReactNode } from 'react';
import { methodLabels, methodNames } from '../../../engine/baselines/results.ts';
import { embeddedSets } from '../../sessions/dataset-sources.ts';
import { useDatasets } from '../../sessions/datasets-state.ts';
import { MethodMark } from './marks.tsx';
import type { FormField, FormTexts, SettingsChoice } from './plan-form.ts';

export function Methods({
  chosen,
  choose,
  problem,
}: {
  chosen: FormTexts['methods'];
  choose: (methods: FormTexts['methods']) => void;
  problem: string | undefined;
}) {
  const id = useId();
  return (
    <fieldset className="plan-methods" aria-describedby={problem ? id : undefined}>
      <legend>Methods</legend>
      {methodNames.map((method) => (
        <label key={method}>
          <input
            type="checkbox"
            checked={chosen.includes(method)}
            onChange={(event) =>
              choose(
                methodNames.filter((one) =>
                  one === method ? event.target.checked : chosen.includes(one),
                ),
              )
            }
          />
          <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
            <MethodMark method={method} x={0} y={0} />
          </svg>
          {methodLabels[method]}
        </label>
      ))}
      {problem && (
        <p id={id} className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

interface TextProps {
  field: Exclude<FormField, 'methods' | 'settings'>;
  label: string;
  unit?: string;
  texts: FormTexts;
  change: (fields: Partial<FormTexts>) => void;
  problems: ReadonlyMap<FormField, string> | null;
}

export function Text({ field, label, unit, texts, change, problems }: TextProps) {
  const problem = problems?.get(field);
  return (
    <Field label={label} unit={unit} problem={problem}>
      {(id, describedBy) => (
        <input
          id={id}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          value={texts[field]}
          aria-invalid={problem ? true : undefined}
          aria-describedby={describedBy}
          onChange={(event) => change({ [field]: event.target.value })}
        />
      )}
    </Field>
  );
}

function Field({
  label,
  unit,
  problem,
  children,
}: {
  label: string;
  unit?: string | undefined;
  problem?: string | undefined;
  children: (id: string, describedBy: string | undefined) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="plan-field">
      <label htmlFor={id}>
        {label}
        {unit && <span className="unit"> {unit}</span>}
      </label>
      {children(id, problem ? `${id}-problem` : undefined)}
      {problem && (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

export function Images({ choice, choose }: { choice: string; choose: (choice: string) => void }) {
  const sets = useDatasets((s) => s.sets);
  return (
    <Field label="Images">
      {(id) => (
        <select id={id} value={choice} onChange={(event) => choose(event.target.value)}>
          {[
            ...Object.entries(embeddedSets),
            ...(sets ?? []).map((set): [string, string] => [set.id, set.name]),
          ].map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

const settingsLabels: Readonly<Record<SettingsChoice, string>> = {
  small: 'small',
  tiny: 'tiny',
  screen: 'on screen',
};

export function SettingsChoices({
  chosen,
  choose,
  problem,
}: {
  chosen: SettingsChoice;
  choose: (choice: SettingsChoice) => void;
  problem: string | undefined;
}) {
  return (
    <div className="plan-field">
      <div className="plan-label" id="plan-settings">
        Settings of the searches
      </div>
      <div className="segments" role="radiogroup" aria-labelledby="plan-settings">
        {(Object.keys(settingsLabels) as SettingsChoice[]).map((one) => (
          <label key={one} title={titles[one]}>
            <input
              type="radio"
              name="plan-settings"
              checked={chosen === one}
              onChange={() => choose(one)}
            />
            <span>{settingsLabels[one]}</span>
          </label>
        ))}
      </div>
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

const titles: Readonly<Record<SettingsChoice, string>> = {
  small:
    'Two small cells on 8-pixel images: a run takes seconds to a minute even without a graphics card',
  tiny: 'The preset tiny',
  screen: 'As in the settings of the next search; seed and target come from here',
};
