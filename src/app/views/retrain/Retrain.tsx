/** Trains the architecture on screen from scratch: live curves, the test set's verdict, and files to take away. */
import { useRef, useState } from 'react';
import { parseArchitecture } from '../../../engine/architecture/schema.ts';
import type { Architecture } from '../../../engine/architecture/schema.ts';
import { trainSettingsFor } from '../../../engine/train/settings.ts';
import { Panel } from '../../components/Panel.tsx';
import { accuracy, bytes, compact, duration, integer, plural } from '../../format.ts';
import { useLab, useShown } from '../../store/store.ts';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import { Exports } from './Exports.tsx';
import { TrainingCurve } from './TrainingCurve.tsx';
import { WorstImages } from './WorstImages.tsx';
import { importArchitecture, isTraining, pauseTraining, resumeTraining, stopTraining, train, useTraining } from './session.ts';
import './retrain.css';

export default function Retrain() {
  const found = useShown(({ run }) => run.architecture);
  const imported = useTraining((s) => s.imported);
  const architecture = imported ?? found;
  const last = useTraining((s) => s.evaluations.at(-1) ?? null);
  return (
    <div className="view retrain">
      <Panel title="Architecture" note={imported ? 'from a file' : 'of the search on screen'} className="area-subject" actions={<ImportButton />}>
        {architecture ? <Subject architecture={architecture} /> : <p className="empty">A finished search leaves an architecture here. Or open one that was downloaded.</p>}
        {architecture && <Setup architecture={architecture} />}
        <Failure />
      </Panel>
      <Panel title="Training" note="share of images right, by step" className="area-curve">
        <Progress />
        <TrainingCurve />
      </Panel>
      <Panel title="Confusion" note={last ? `${integer(last.images)} test images` : 'test images'} className="area-confusion">
        <ConfusionMatrix />
      </Panel>
      <Panel title="Most wrong" note="test images, by cross entropy" className="area-worst">
        <WorstImages />
      </Panel>
      <Panel title="Take it away" note="weights included" className="area-exports">
        <Exports />
      </Panel>
    </div>
  );
}

function Subject({ architecture: { dataset, parameters, macs, validationAccuracy } }: { architecture: Architecture }) {
  const latency = useTraining((s) => s.latency);
  const rows: [string, string][] = [
    ['Data set', `${dataset.name}, ${dataset.imageSize} pixels`],
    ['Parameters', `${integer(parameters.active)} of ${integer(parameters.dense)} in its tensors`],
    ['Multiply-accumulates', `${compact(macs.sparse)} of ${compact(macs.dense)} in its tensors`],
    ['As searched', validationAccuracy === null ? 'not measured' : `${accuracy(validationAccuracy)} of held-out images`],
    ...(latency ? ([['Inference here', `${plural(latency.images, 'image')} in ${latency.median.toFixed(1)} ms, 95% within ${latency.percentile95.toFixed(1)} ms`]] as [string, string][]) : []),
  ];
  return (
    <dl className="facts">
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const fields = [
  { name: 'epochs', label: 'Epochs', least: 1, most: 10_000, step: 1 },
  { name: 'trainImages', label: 'Training images (0 = all)', least: 0, most: 10_000_000, step: 1 },
  { name: 'cutout', label: 'Cutout, pixels a side', least: 0, most: 224, step: 1 },
  { name: 'rate', label: 'Learning rate', least: 0.0001, most: 10, step: 'any' },
] as const;
type Field = (typeof fields)[number]['name'];

function Setup({ architecture }: { architecture: Architecture }) {
  const busy = useTraining(isTraining);
  const searching = useLab((s) => s.state === 'running' || s.state === 'loading' || s.state === 'stopping');
  const defaults = trainSettingsFor(architecture, 20);
  const [texts, setTexts] = useState<Partial<Record<Field, string>>>({});
  const initial: Record<Field, number> = { epochs: 20, trainImages: 0, cutout: defaults.data.cutout, rate: defaults.optimizer.rate };
  const value = (name: Field): number => (texts[name] === undefined ? initial[name] : Number(texts[name]));
  const wrong = fields.find(({ name, least, most, step }) => !(value(name) >= least && value(name) <= most) || texts[name] === '' || (step === 1 && !Number.isInteger(value(name))));

  const start = (): void => {
    const settings = trainSettingsFor(architecture, value('epochs'));
    train(architecture, {
      ...settings,
      data: { ...settings.data, trainImages: value('trainImages'), cutout: value('cutout') },
      optimizer: { ...settings.optimizer, rate: value('rate') },
    });
  };
  return (
    <form
      className="train-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong && !searching && !busy) start();
      }}
    >
      {fields.map(({ name, label, least, most, step }) => (
        <label key={name}>
          {label}
          <input type="number" min={least} max={most} step={step} disabled={busy} value={texts[name] ?? initial[name]} onChange={(event) => setTexts({ ...texts, [name]: event.target.value })} />
        </label>
      ))}
      <div className="buttons">
        {busy ? <Steering /> : (
          <button type="submit" className="primary" disabled={Boolean(wrong) || searching}>
            Train from scratch
          </button>
        )}
      </div>
      {wrong && <p className="problem" role="alert">{`${wrong.label}: ${wrong.step === 1 ? 'a whole number' : 'a number'} from ${wrong.least} to ${integer(wrong.most)}.`}</p>}
      {searching && <p className="note">A search is using the graphics device: pause or finish it first.</p>}
    </form>
  );
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

function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  const busy = useTraining(isTraining);
  const [problem, setProblem] = useState('');
  const open = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    try {
      const value = JSON.parse(await file.text()) as { architecture?: unknown };
      // A trained file holds its architecture.
      importArchitecture(parseArchitecture(value?.architecture ?? value));
      setProblem('');
    } catch (error) {
      setProblem(`${file.name}: ${(error as Error).message}`);
    }
  };
  return (
    <>
      {problem && <p className="problem" role="alert">{problem}</p>}
      <button type="button" disabled={busy} onClick={() => input.current?.click()}>
        Open a file
      </button>
      <input ref={input} type="file" accept=".json,application/json" hidden aria-label="Architecture file" onChange={(event) => {
        void open(event.target.files?.[0]);
        event.target.value = '';
      }} />
    </>
  );
}

function Failure() {
  const error = useTraining((s) => s.error);
  if (!error) return null;
  return (
    <p className="problem" role="alert">
      {error.message} {error.advice}
    </p>
  );
}

function Progress() {
  const state = useTraining((s) => s.state);
  const loading = useTraining((s) => s.loading);
  const started = useTraining((s) => s.started);
  const step = useTraining((s) => s.steps.at(-1) ?? null);
  const last = useTraining((s) => s.evaluations.at(-1) ?? null);
  if (state === 'idle' && !started) return null;
  if (state === 'loading') return <p role="status">{loading ? `Loading the data set: ${bytes(loading.loaded)}${loading.total ? ` of ${bytes(loading.total)}` : ''}` : 'Preparing'}</p>;
  if (state === 'finished' && last) return <p className="lead" role="status">{`Trained: ${accuracy(last.accuracy)} of ${plural(last.images, 'test image')} right.`}</p>;
  if (!step || !started) return <p role="status">Compiling</p>;
  const test = last ? `, test ${accuracy(last.accuracy)}` : '';
  return (
    <p role="status">
      {`${state === 'paused' ? 'Paused: epoch' : 'Epoch'} ${step.epoch + 1} of ${started.settings.epochs}, step ${integer(step.step)} of ${integer(started.maxSteps)}: loss ${step.crossEntropy.toFixed(3)}, ${accuracy(step.accuracy)}${test}. ${duration(step.timeLeft)} left.`}
    </p>
  );
}
