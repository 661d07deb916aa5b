/** What files were taken for, before any of them is stored: splits, classes, first images, what is left out; and a way to change it. */
import { useEffect, useRef } from 'react';
import type { Choices, Outline, Samples } from '../../../protocol/data-messages.ts';
import { WarningIcon } from '../../components/icons.tsx';
import { integer } from '../../format.ts';
import { type Preview } from '../../sessions/datasets-state.ts';
import { changePreview, dismissPreview, storePreviewed } from '../../sessions/datasets.ts';
import { Choice, Roles, Settings } from './preview-choices.tsx';
import { drawGrid } from './draw-images.ts';

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
              <WarningIcon /> {question}: choose below what {path} is.
            </p>
          ))}
          <Roles roles={found.outline.roles} choices={choices} disabled={busy} change={change} />
          <Settings
            preview={preview}
            kind={found.kind}
            outline={found.outline}
            keeping={found.keeping}
            change={change}
          />
          {found.keeping && <p className="note">{found.keeping.why}</p>}
          <Remarks outline={found.outline} />
        </>
      )}
      {problem && (
        <p className="field-problem" role="alert">
          <WarningIcon /> {problem.message} The preview was not changed.
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
