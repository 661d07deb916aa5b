/** Trains the architecture on screen from scratch: live curves, the test set's verdict, and exports. */
import { measuredText } from '../../../domain/accuracy.ts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { parseArchitecture } from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { Panel } from '../../components/Panel.tsx';
import { RunTitle } from '../../components/RunTitle.tsx';
import { accuracy, compact, duration, integer, plural, loadingText } from '../../format.ts';
import { fingerprint } from '../../../storage/trainings.ts';
import { useLibrary } from '../../store/library-state.ts';
import { newestRun, useShownRun } from '../../sessions/shown-run.ts';
import { useLab } from '../../store/store.ts';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import { Exports } from './Exports.tsx';
import { TrainForm } from './TrainForm.tsx';
import { TrainingCurve, trainingRows } from './TrainingCurve.tsx';
import { WorstImages } from './WorstImages.tsx';
import {
  dismissTrainingError,
  importArchitecture,
  isTraining,
  useTraining,
} from '../../sessions/training.ts';
import { measuredInLibrary } from '../../sessions/training-latency.ts';
import { lookUp } from '../../sessions/stored-trainings.ts';
import { StoredTrainings } from './StoredTrainings.tsx';
import { Unfinished } from './Unfinished.tsx';
import './retrain.css';

export default function Retrain() {
  const found = useLab((s) => newestRun(s).architecture);
  const { name } = useShownRun();
  const imported = useTraining((s) => s.imported);
  const architecture = imported ?? found;
  const last = useTraining((s) => s.evaluations.at(-1) ?? null);
  const busy = useTraining(isTraining);
  useEffect(() => {
    if (architecture && !busy) void lookUp(architecture);
  }, [architecture, busy]);
  return (
    <div className="view retrain">
      <div className="area-run">
        <RunTitle />
      </div>
      <Panel
        title="Architecture"
        note={imported ? 'from a file' : found ? `of ${name}` : undefined}
        className="area-subject"
        actions={<ImportButton />}
      >
        {architecture ? (
          <Subject architecture={architecture} />
        ) : (
          <p className="empty">
            The architecture of a finished search appears here. Or open a downloaded one.
          </p>
        )}
        {architecture && <Unfinished architecture={architecture} />}
        {architecture && <TrainForm architecture={architecture} />}
        <Failure />
        <StoredTrainings />
      </Panel>
      <Panel
        title="Training"
        note="accuracy by training step"
        className="area-curve"
        csv={last ? trainingRows : undefined}
      >
        <Progress />
        <TrainingCurve />
      </Panel>
      <Panel
        title="Confusion"
        note={last ? `${integer(last.images)} test images` : 'test images'}
        className="area-confusion"
        csv={last ? 'table' : undefined}
      >
        <ConfusionMatrix />
      </Panel>
      <Panel
        title="Most confident mistakes"
        note="test images, by cross-entropy"
        className="area-worst"
      >
        <WorstImages />
      </Panel>
      <Panel title="Export" note="weights included" className="area-exports">
        <Exports />
      </Panel>
    </div>
  );
}

function Subject({ architecture }: { architecture: Architecture }) {
  const { dataset, parameters, macs, validationAccuracy } = architecture;
  const measured = useTraining((s) => s.latency);
  const records = useLibrary((s) => s.architectures);
  const inLibrary = useMemo(
    () => measuredInLibrary(fingerprint(architecture), records),
    [architecture, records],
  );
  const latency = measured ?? inLibrary;
  const started = useTraining((s) => s.started);
  const rows: [string, string][] = [
    ['Data set', `${dataset.name}, ${dataset.imageSize} pixels`],
    ['Parameters', `${integer(parameters.active)} non-zero / ${integer(parameters.dense)} dense`],
    ['Multiply-accumulates', `${compact(macs.sparse)} sparse / ${compact(macs.dense)} dense`],
    [
      'Validation accuracy, as searched',
      validationAccuracy === null
        ? 'not measured'
        : measuredText(validationAccuracy, architecture.validationImages),
    ],
    ...(started && started.settings.widen > 1
      ? ([
          [
            `Trained, ${started.settings.widen} times as wide`,
            `${integer(started.parameters.active)} parameters, ${compact(started.macs.sparse)} multiply-accumulates`,
          ],
        ] as [string, string][])
      : []),
    ...(latency
      ? ([
          [
            'Inference here',
            `${plural(latency.images, 'image')} in ${latency.median.toFixed(1)} ms, 95th percentile ${latency.percentile95.toFixed(1)} ms`,
          ],
        ] as [string, string][])
      : []),
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

function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  const busy = useTraining(isTraining);
  const [problem, setProblem] = useState('');
  const open = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    try {
      const value = JSON.parse(await file.text()) as { architecture?: unknown };
      // A trained file holds its architecture.
      const architecture = parseArchitecture(value?.architecture ?? value);
      importArchitecture(architecture);
      setProblem('');
    } catch (error) {
      setProblem(`${file.name}: ${(error as Error).message}`);
    }
  };
  return (
    <>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <button type="button" disabled={busy} onClick={() => input.current?.click()}>
        Open a file
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Architecture file"
        onChange={(event) => {
          void open(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
    </>
  );
}

function Failure() {
  const error = useTraining((s) => s.error);
  if (!error) return null;
  return (
    <div className="problem training-error" role="alert">
      <p>
        {error.message} {error.advice}
      </p>
      <button type="button" onClick={dismissTrainingError}>
        Dismiss
      </button>
    </div>
  );
}

function Progress() {
  const state = useTraining((s) => s.state);
  const loading = useTraining((s) => s.loading);
  const started = useTraining((s) => s.started);
  const step = useTraining((s) => s.steps.at(-1) ?? null);
  const last = useTraining((s) => s.evaluations.at(-1) ?? null);
  if ((state === 'idle' || state === 'failed') && !started) return null;
  if (state === 'loading')
    return <p role="status">{loading ? loadingText(loading) : 'Preparing'}</p>;
  if (state === 'finished' && last)
    return (
      <p
        className="lead"
        role="status"
      >{`Trained: test accuracy ${measuredText(last.accuracy, last.images)}.`}</p>
    );
  if (!step || !started) return <p role="status">Compiling</p>;
  const test = last ? `, test accuracy ${measuredText(last.accuracy, last.images)}` : '';
  return (
    <p role="status">
      {`${state === 'paused' ? 'Paused: epoch' : 'Epoch'} ${step.epoch + 1} of ${started.settings.epochs}, step ${integer(step.step)} of ${integer(started.maxSteps)}: loss ${step.crossEntropy.toFixed(3)}, ${accuracy(step.accuracy)}${test}. ${duration(step.timeLeft)} left.`}
    </p>
  );
}
