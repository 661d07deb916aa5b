/** Where files come in: dropped, picked, or a whole folder; and how far their reading has come. */
import { useId, useRef, useState } from 'react';
import type { DragEvent } from 'react';
import { ImportPreview } from './ImportPreview.tsx';
import { imageSizes } from './image-sizes.ts';
import type { ImportFile, Progress } from '../../../protocol/data-messages.ts';
import { Panel } from '../../components/Panel.tsx';
import { WarningIcon } from '../../components/icons.tsx';
import { bytes, duration, integer, percent, plural } from '../../format.ts';
import { useDatasets } from '../../sessions/datasets-state.ts';
import {
  answerUnreadable,
  cancelImport,
  dismissOutcome,
  lookAtFiles,
} from '../../sessions/datasets.ts';
import type { ImportJob } from '../../sessions/datasets-state.ts';
import { droppedFiles, nameOf, pickedFiles } from './pick-files.ts';

export function AddData() {
  const job = useDatasets((s) => s.job);
  const preview = useDatasets((s) => s.preview);
  return (
    <Panel title="Add a data set" note="stays in this browser" className="area-add">
      {job ? <Job job={job} /> : preview ? <ImportPreview preview={preview} /> : <DropZone />}
      <Outcome />
    </Panel>
  );
}

function DropZone() {
  const [over, setOver] = useState(false);
  const [imageSize, setImageSize] = useState(32);
  const [labelKind, setLabelKind] = useState<'fine' | 'coarse'>('fine');
  const [problem, setProblem] = useState('');
  const filesInput = useRef<HTMLInputElement>(null);
  const folderInput = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = (files: ImportFile[]): void => {
    if (files.length === 0)
      return setProblem('The folder was empty: choose files, or a folder that contains files.');
    setProblem('');
    void lookAtFiles(files, {
      name: nameOf(files),
      imageSize,
      choices: { labelKind, split: {}, pick: null, encoding: null, upright: false, kept: null },
    });
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    droppedFiles(event.dataTransfer.items).then(take, () =>
      setProblem('The browser could not read what was dropped: use the buttons instead.'),
    );
  };
  return (
    <div
      className="drop-zone"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>
        Drop files or a folder here: images in one folder per class, CIFAR, IDX, NumPy (
        <code>.npz</code>), MATLAB, STL-10; also as <code>.zip</code> or <code>.tar.gz</code>. A
        preview is shown before anything is stored.
      </p>
      <p className="buttons">
        <button type="button" onClick={() => filesInput.current?.click()}>
          Choose files
        </button>
        <button type="button" onClick={() => folderInput.current?.click()}>
          Choose a folder
        </button>
      </p>
      <input
        ref={filesInput}
        type="file"
        multiple
        hidden
        aria-label="Files of a data set"
        onChange={(event) => take(pickedAnew(event.target))}
      />
      <input
        ref={folderInput}
        type="file"
        hidden
        aria-label="Folder of a data set"
        {...{ webkitdirectory: '' }}
        onChange={(event) => take(pickedAnew(event.target))}
      />
      <div className="import-options">
        <span className="field inline">
          <label htmlFor={`${id}-size`}>Photos to</label>
          <select
            id={`${id}-size`}
            value={imageSize}
            onChange={(event) => setImageSize(Number(event.target.value))}
          >
            {imageSizes.map((size) => (
              <option key={size} value={size}>
                {size} × {size} pixels
              </option>
            ))}
          </select>
        </span>
        <span className="field inline">
          <label htmlFor={`${id}-labels`}>CIFAR-100</label>
          <select
            id={`${id}-labels`}
            value={labelKind}
            onChange={(event) => setLabelKind(event.target.value === 'coarse' ? 'coarse' : 'fine')}
          >
            <option value="fine">100 classes</option>
            <option value="coarse">20 superclasses</option>
          </select>
        </span>
      </div>
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** The same files can be picked twice. */
function pickedAnew(input: HTMLInputElement): ImportFile[] {
  const files = pickedFiles(input.files);
  input.value = '';
  return files;
}

const phases: Readonly<Record<Progress['phase'], string>> = {
  looking: 'Scanning',
  reading: 'Reading',
  storing: 'Storing',
};

function Job({ job: { name, progress, msLeft, unreadable, cancelling } }: { job: ImportJob }) {
  const share = progress && progress.total > 0 ? progress.done / progress.total : null;
  return (
    <div className="import-job" aria-live="polite">
      <p>
        <strong>
          {cancelling ? 'Cancelling' : phases[progress?.phase ?? 'looking']} {name}
        </strong>
      </p>
      <progress aria-label={`${name}: progress`} value={share ?? undefined} max={1} />
      <p className="note">
        {progress && amount(progress)}
        {share !== null && `, ${percent(share)}`}
        {msLeft !== null && `, about ${duration(msLeft)} left`}
      </p>
      {unreadable ? (
        <div role="alert">
          <p>
            {integer(unreadable.count)} of {plural(unreadable.total, 'image')} cannot be read.
          </p>
          <ul className="examples">
            {unreadable.examples.map((example) => (
              <li key={example}>{example}</li>
            ))}
          </ul>
          <p className="buttons">
            <button
              type="button"
              className="primary"
              autoFocus
              onClick={() => answerUnreadable(true)}
            >
              Skip {unreadable.count === 1 ? 'it' : 'them'}
            </button>
            <button type="button" onClick={() => answerUnreadable(false)}>
              Store nothing
            </button>
          </p>
        </div>
      ) : (
        <p className="buttons">
          <button type="button" disabled={cancelling} onClick={cancelImport}>
            Cancel
          </button>
        </p>
      )}
    </div>
  );
}

function amount({ done, total, unit }: Progress): string {
  const text = unit === 'bytes' ? bytes : integer;
  return `${text(done)}${total > 0 ? ` of ${text(total)}` : ''}${unit === 'images' ? ' images' : ''}`;
}

function Outcome() {
  const outcome = useDatasets((s) => s.outcome);
  if (!outcome) return null;
  if (!outcome.ok && outcome.error.code === 'cancelled') {
    return (
      <p className="import-outcome" role="status">
        {outcome.error.message}
      </p>
    );
  }
  return (
    <div className="import-outcome" role={outcome.ok ? 'status' : 'alert'} data-ok={outcome.ok}>
      {outcome.ok ? (
        <>
          <p>
            <strong>{outcome.name}</strong> is stored and selected for the next search.
          </p>
          {outcome.notes.map((note) => (
            <p key={note} className="note">
              {note}
            </p>
          ))}
        </>
      ) : (
        <p>
          <WarningIcon /> {outcome.error.message} Nothing was stored.
        </p>
      )}
      <button type="button" onClick={dismissOutcome}>
        Dismiss
      </button>
    </div>
  );
}
