/** What files were taken for, before any of them is stored: splits, classes, first images, what is left out; and a way to change it. */
import { useEffect, useId, useRef } from 'react';
import type {
  Choices,
  Outline,
  Role,
  RoleChoice,
  Samples,
} from '../../../protocol/data-messages.ts';
import { WarningIcon } from '../../components/icons.tsx';
import { integer } from '../../format.ts';
import { type Preview } from '../../sessions/datasets-state.ts';
import { changePreview, dismissPreview, storePreviewed } from '../../sessions/datasets.ts';
import { drawGrid } from './draw-images.ts';
import { imageSizes } from './image-sizes.ts';

export function ImportPreview({ preview }: { preview: Preview }) {
  const {
    options: { name, choices },
    look: { found, sets },
    busy,
    problem,
  } = preview;
  const change = (some: Partial<Choices>) =>
    void changePreview({ choices: { ...choices, ...some } });
  const questions = found?.outline.roles.filter(({ question }) => question !== null) ?? [];
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="import-preview" aria-label={`Preview of ${name}`} aria-busy={busy}>
      <h3 ref={heading} tabIndex={-1}>
        {name}
      </h3>
      {sets.length > 1 && (
        <Choice
          label="Which set"
          value={choices.pick ?? ''}
          options={[
            ...(choices.pick === null ? [['', 'Choose one'] as const] : []),
            ...sets.map((set) => [set, set] as const),
          ]}
          disabled={busy}
          choose={(pick) => change({ pick: pick || null, split: {} })}
        />
      )}
      {found && (
        <>
          <p className="preview-sentence" role="status">
            {found.sentence}.
          </p>
          {found.samples && <FirstImages samples={found.samples} />}
          <Classes outline={found.outline} />
          {questions.map(({ path, question }) => (
            <p key={path} className="field-problem" role="alert">
              <WarningIcon /> {question}: say below what {path} is.
            </p>
          ))}
          <Roles roles={found.outline.roles} choices={choices} disabled={busy} change={change} />
          <Settings preview={preview} kind={found.kind} outline={found.outline} change={change} />
          <Remarks outline={found.outline} />
        </>
      )}
      {problem && (
        <p className="field-problem" role="alert">
          <WarningIcon /> {problem.message} What is shown is as it was before.
        </p>
      )}
      <p className="buttons">
        <button
          type="button"
          className="primary"
          disabled={busy || !found || questions.length > 0}
          onClick={() => void storePreviewed()}
        >
          Store
        </button>
        <button type="button" onClick={dismissPreview}>
          Discard
        </button>
      </p>
    </section>
  );
}

const cell = 44;
const gap = 4;
const columns = 6;

function FirstImages({ samples }: { samples: Samples }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { size, channels, images, captions } = samples;
  useEffect(
    () => drawGrid(canvas.current!, { size, channels, images, columns, cell, gap }),
    [size, channels, images],
  );
  const words = captions.map(({ split, label }) => `${split} ${label ?? ''}`.trim()).join(', ');
  return captions.length === 0 ? null : (
    <canvas
      ref={canvas}
      className="preview-images"
      role="img"
      aria-label={`First images: ${words}`}
      title={words}
    />
  );
}

const shownClasses = 12;

function Classes({ outline: { classNames } }: { outline: Outline }) {
  if (!classNames) return null;
  const more = classNames.length - shownClasses;
  return (
    <p className="note">
      Classes: {classNames.slice(0, shownClasses).join(', ')}
      {more > 0 && ` and ${integer(more)} more`}
    </p>
  );
}

const roleNames: Readonly<Record<Role, string>> = {
  train: 'Training',
  validation: 'Validation',
  test: 'Test',
  class: 'Class',
  out: 'Left out',
};

interface RolesProps {
  roles: readonly RoleChoice[];
  choices: Choices;
  disabled: boolean;
  change: (some: Partial<Choices>) => void;
}

function Roles({ roles, choices, disabled, change }: RolesProps) {
  if (roles.length === 0) return null;
  const asked = roles.some(({ question }) => question !== null);
  const decided = choices.split === 'none' ? {} : choices.split;
  return (
    <details className="preview-roles" open={asked || undefined}>
      <summary>What each {roles[0]!.images === null ? 'array' : 'folder'} is</summary>
      <ul>
        {roles.map(({ path, role, images, choices: possible, question }) => (
          <li key={path}>
            <Choice
              label={images === null ? path : `${path} (${integer(images)})`}
              value={question ? '' : role}
              options={[
                ...(question ? [['', 'Choose'] as const] : []),
                ...possible.map((one) => [one, roleNames[one]] as const),
              ]}
              disabled={disabled}
              choose={(chosen) => change({ split: { ...decided, [path]: chosen as Role } })}
            />
          </li>
        ))}
      </ul>
      {Object.keys(decided).length > 0 && (
        <button type="button" disabled={disabled} onClick={() => change({ split: {} })}>
          As found
        </button>
      )}
    </details>
  );
}

const encodings = [
  ['', 'As guessed'],
  ['utf-8', 'UTF-8'],
  ['gbk', 'GBK (Chinese)'],
  ['big5', 'Big5 (Chinese)'],
  ['shift_jis', 'Shift-JIS (Japanese)'],
  ['euc-kr', 'EUC-KR (Korean)'],
  ['ibm866', 'cp866 (Russian)'],
  ['windows-1251', 'Windows-1251 (Russian)'],
  ['cp437', 'cp437 (Western)'],
] as const;

interface SettingsProps {
  preview: Preview;
  kind: string;
  outline: Outline;
  change: (some: Partial<Choices>) => void;
}

function Settings({ preview: { options, busy }, kind, outline, change }: SettingsProps) {
  const { imageSize, choices } = options;
  const speaksOfNames = outline.notes.some((note) => /what encoding they are in/.test(note));
  const isEmnist = outline.notes.some((note) => /EMNIST stores/.test(note));
  return (
    <div className="import-options">
      {kind === 'image-folder' && (
        <Choice
          label="Photos to"
          value={String(imageSize)}
          options={imageSizes.map((size) => [String(size), `${size} × ${size} pixels`] as const)}
          disabled={busy}
          choose={(size) => void changePreview({ imageSize: Number(size) })}
        />
      )}
      {kind === 'cifar-100' && (
        <Choice
          label="CIFAR-100"
          value={choices.labelKind}
          options={[
            ['fine', '100 classes'],
            ['coarse', '20 superclasses'],
          ]}
          disabled={busy}
          choose={(labelKind) => change({ labelKind: labelKind === 'coarse' ? 'coarse' : 'fine' })}
        />
      )}
      {(speaksOfNames || choices.encoding !== null) && (
        <Choice
          label="Encoding of names"
          value={choices.encoding ?? ''}
          options={encodings}
          disabled={busy}
          choose={(encoding) => change({ encoding: encoding || null, split: {} })}
        />
      )}
      {(isEmnist || choices.upright) && (
        <label className="field inline">
          <input
            type="checkbox"
            checked={choices.upright}
            disabled={busy}
            onChange={(event) => change({ upright: event.target.checked })}
          />
          Upright
        </label>
      )}
    </div>
  );
}

const shownReasons = 8;

function Remarks({ outline: { leftOut, notes } }: { outline: Outline }) {
  const more = leftOut.length - shownReasons;
  return (
    <>
      {leftOut.length > 0 && (
        <ul className="examples">
          {leftOut.slice(0, shownReasons).map(({ what, why }) => (
            <li key={`${what} ${why}`}>
              {what}: {why}
            </li>
          ))}
          {more > 0 && <li>and {integer(more)} more</li>}
        </ul>
      )}
      {notes.map((note) => (
        <p key={note} className="note">
          {note}
        </p>
      ))}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  disabled: boolean;
  choose: (value: string) => void;
}

function Choice({ label, value, options, disabled, choose }: ChoiceProps) {
  const id = useId();
  return (
    <span className="field inline">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => choose(event.target.value)}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}
