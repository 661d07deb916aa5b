/** What can be changed in a preview of files: what a folder or array is, which set, sizes, encodings. */
import { useId } from 'react';
import type { Choices, Kept, Outline, Role, RoleChoice } from '../../../protocol/data-messages.ts';
import { integer } from '../../format.ts';
import { type Preview } from '../../sessions/datasets-state.ts';
import { changePreview } from '../../sessions/datasets.ts';
import { imageSizes } from './image-sizes.ts';

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

export function Roles({ roles, choices, disabled, change }: RolesProps) {
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

const keptNames: Readonly<Record<Kept, string>> = {
  decoded: 'pixels',
  encoded: 'files',
};

interface SettingsProps {
  preview: Preview;
  kind: string;
  /** Null where the images are no files. */
  keeping: { kept: Kept } | null;
  outline: Outline;
  change: (some: Partial<Choices>) => void;
}

export function Settings({
  preview: { options, busy },
  kind,
  outline,
  keeping,
  change,
}: SettingsProps) {
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
      {keeping && (
        <Choice
          label="Kept as"
          value={choices.kept ?? ''}
          options={[
            ['', choices.kept === null ? `By size: ${keptNames[keeping.kept]}` : 'By size'],
            ['decoded', keptNames.decoded],
            ['encoded', keptNames.encoded],
          ]}
          disabled={busy}
          choose={(kept) => change({ kept: kept === '' ? null : (kept as Kept) })}
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

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  disabled: boolean;
  choose: (value: string) => void;
}

export function Choice({ label, value, options, disabled, choose }: ChoiceProps) {
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
