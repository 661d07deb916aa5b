/** What a training is started with: the paper's recipe where it fits, changed at will. */
import { useMemo, useState } from 'react';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { spaceOf } from '../../../domain/spaces/registry.ts';
import { auxiliaryCell, retrainSettingsFor } from '../../../engine/train/settings.ts';
import type { TrainSettings } from '../../../engine/train/settings.ts';
import { integer } from '../../format.ts';
import { shownSource } from '../../sessions/shown-run.ts';
import { embeddedSets, sourceOf } from '../../sessions/dataset-sources.ts';
import { useDatasets } from '../../sessions/datasets-state.ts';
import { useLibrary } from '../../store/library-state.ts';
import { useLab } from '../../store/store.ts';
import { DataChoice } from './DataChoice.tsx';
import { misfit, ownSet, trainingSets } from './training-data.ts';
import type { TrainingSet } from './training-data.ts';
import {
  isTraining,
  pauseTraining,
  resumeTraining,
  stopTraining,
  train,
  useTraining,
} from '../../sessions/training.ts';

const names = [
  'epochs',
  'trainImages',
  'widen',
  'cutout',
  'dropPath',
  'auxiliary',
  'rate',
] as const;
type Name = (typeof names)[number];

interface Field {
  readonly label: string;
  readonly title?: string;
  readonly least: number;
  readonly most: number;
  readonly step: 1 | 'any';
}

const usualEpochs = 20;

/** Null where the architecture has no use for it. */
function fieldOf(name: Name, architecture: Architecture): Field | null {
  switch (name) {
    case 'epochs':
      return { label: 'Epochs', least: 1, most: 10_000, step: 1 };
    case 'trainImages':
      return { label: 'Training images (0 = all)', least: 0, most: 10_000_000, step: 1 };
    case 'widen': {
      const { space } = architecture.settings;
      const channels = spaceOf(space).channels(space);
      const most = Math.max(1, Math.min(64, Math.floor(channels.most / channels.now)));
      return {
        label: 'Width multiplier',
        title: 'Repeats every filter and mask, so that widths keep their proportions',
        least: 1,
        most,
        step: 1,
      };
    }
    case 'cutout':
      return {
        label: 'Cutout, pixels per side',
        title: 'Side of the square that is blanked in each training image',
        least: 0,
        most: 224,
        step: 1,
      };
    case 'dropPath':
      return {
        label: 'Drop-path, probability (0 = off)',
        title:
          'Outputs of operations are dropped in training, with a probability that rises to this',
        least: 0,
        most: 0.95,
        step: 'any',
      };
    case 'auxiliary':
      if (auxiliaryCell(architecture) === null) return null;
      return {
        label: 'Auxiliary head, weight (0 = none)',
        title: 'A second classifier before the last stage, used only in training',
        least: 0,
        most: 10,
        step: 'any',
      };
    case 'rate':
      return { label: 'Learning rate', least: 0.0001, most: 10, step: 'any' };
  }
}

function valuesOf({
  epochs,
  data,
  regularization,
  widen,
  optimizer,
}: TrainSettings): Record<Name, number> {
  return {
    epochs,
    trainImages: data.trainImages,
    widen,
    cutout: data.cutout,
    ...regularization,
    rate: optimizer.rate,
  };
}

export function TrainForm({ architecture }: { architecture: Architecture }) {
  const { sets, own } = useTrainingSets(architecture);
  const [choice, setChoice] = useState<string | null>(null);
  const chosen =
    sets.find((set) => set.id === choice && misfit(architecture.dataset, set) === null) ?? own;
  const busy = useTraining(isTraining);
  const searching = useLab(
    (s) => s.state === 'running' || s.state === 'loading' || s.state === 'stopping',
  );
  const [texts, setTexts] = useState<Partial<Record<Name, string>>>({});
  const fields = names.flatMap((name) => {
    const field = fieldOf(name, architecture);
    return field ? [{ name, ...field }] : [];
  });
  // What is not filled in follows the number of epochs.
  const epochs = Number(texts.epochs ?? usualEpochs);
  const recipe = retrainSettingsFor(architecture, epochs >= 1 ? epochs : usualEpochs);
  const initial = valuesOf(recipe);
  const value = (name: Name): number => {
    const text = fields.some((field) => field.name === name) ? texts[name] : undefined;
    return text === undefined ? initial[name] : Number(text);
  };
  const wrong = fields.find(
    ({ name, least, most, step }) =>
      !(value(name) >= least && value(name) <= most) ||
      texts[name] === '' ||
      (step === 1 && !Number.isInteger(value(name))),
  );

  const tooMany =
    chosen !== null && value('trainImages') > chosen.train
      ? `Training images: ${chosen.title} has ${integer(chosen.train)}; enter at most that, or 0 for all.`
      : null;
  const ready = !wrong && tooMany === null && !searching && chosen !== null;

  const start = (set: TrainingSet): void =>
    train(
      architecture,
      {
        ...recipe,
        data: { ...recipe.data, trainImages: value('trainImages'), cutout: value('cutout') },
        regularization: { dropPath: value('dropPath'), auxiliary: value('auxiliary') },
        widen: value('widen'),
        optimizer: { ...recipe.optimizer, rate: value('rate') },
      },
      sourceOf(set.id),
    );
  return (
    <form
      className="train-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) start(chosen);
      }}
    >
      <DataChoice
        architecture={architecture}
        sets={sets}
        own={own}
        chosen={chosen}
        choose={setChoice}
        disabled={busy}
      />
      {fields.map(({ name, label, title, least, most, step }) => (
        <label key={name} title={title}>
          {label}
          <input
            type="number"
            min={least}
            max={most}
            step={step}
            disabled={busy}
            value={texts[name] ?? initial[name]}
            onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
          />
        </label>
      ))}
      <div className="buttons">
        {busy ? (
          <Steering />
        ) : (
          <button type="submit" className="primary" disabled={!ready}>
            Train from scratch
          </button>
        )}
      </div>
      {wrong && (
        <p
          className="problem"
          role="alert"
        >{`${wrong.label}: ${wrong.step === 1 ? 'a whole number' : 'a number'} from ${wrong.least} to ${wrong.step === 1 ? integer(wrong.most) : wrong.most}.`}</p>
      )}
      {!wrong && tooMany && (
        <p className="problem" role="alert">
          {tooMany}
        </p>
      )}
      {searching && (
        <p className="note">A search is using the graphics device: pause or finish it first.</p>
      )}
    </form>
  );
}

/** Data sets of this browser, and the one that the architecture was searched on. */
function useTrainingSets(architecture: Architecture): {
  sets: readonly TrainingSet[];
  own: TrainingSet | null;
} {
  const stored = useDatasets((s) => s.sets);
  const imported = useTraining((s) => s.imported !== null);
  const runs = useLibrary((s) => s.runs);
  const source = useLab((s) => (imported ? null : shownSource(s, { runs })));
  return useMemo(() => {
    const sets = trainingSets(Object.keys(embeddedSets), stored ?? []);
    return { sets, own: ownSet(architecture.dataset, source, sets) };
  }, [architecture, stored, source]);
}

function Steering() {
  const paused = useTraining((s) => s.state === 'paused');
  return (
    <>
      <button type="button" className="primary" onClick={paused ? resumeTraining : pauseTraining}>
        {paused ? 'Resume training' : 'Pause training'}
      </button>
      <button type="button" onClick={stopTraining}>
        Stop training
      </button>
    </>
  );
}
