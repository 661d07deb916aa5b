/** The four figures of the run on screen that matter most, at the moment shown. */
import { copy } from '../copy.ts';
import { intervalText } from '../../domain/accuracy.ts';
import { accuracy, bytes, clock, compact, duration, durationRange, integer } from '../format.ts';
import { isLive } from '../sessions/shown-run.ts';
import { shownSettings, useLab, useShown } from '../store/store.ts';
import type { LabState } from '../store/store.ts';

export function RunFigures() {
  const begun = useShown(({ run }) => run.started !== null);
  if (!begun) return null;
  return (
    <dl className="header-figures" aria-label="Figures of the run">
      <Accuracy />
      <Size />
      <Memory />
      <Time />
    </dl>
  );
}

function Accuracy() {
  const last = useShown(({ run }) => run.evaluations.at(-1) ?? null);
  return (
    <Figure
      label={copy.validationAccuracy}
      value={last ? accuracy(last.accuracy) : null}
      note={last ? `n = ${integer(last.images)}` : 'not measured yet'}
      title={last ? `${intervalText(last)} of ${integer(last.images)} images` : undefined}
    />
  );
}

function Size() {
  const active = useShown(({ run }) => run.parameters?.active ?? null);
  const target = useShown((s) => shownSettings(s).targetParameters);
  return (
    <Figure
      label="Parameters"
      value={active === null ? null : compact(active)}
      note={`target ${compact(target)}`}
      title={active === null ? undefined : `${integer(active)}; target ${integer(target)}`}
    />
  );
}

function Memory() {
  const now = useShown(({ run }) => run.latest?.memoryBytes ?? null);
  const peak = useShown(({ run }) => run.latest?.peakMemoryBytes ?? null);
  return (
    <Figure
      label="Memory"
      value={now === null ? null : bytes(now)}
      note={peak === null ? '' : `peak ${bytes(peak)}`}
    />
  );
}

function Time() {
  const time = useShown(({ run }) => clock(run.time));
  const left = useLab(timeLeft);
  return left === null ? (
    <Figure label="Time" value={time} note="of the search" />
  ) : (
    <Figure
      label="Time left"
      value={left}
      note={`${time} so far`}
      title="From the steps timed so far: if every stage ends as early as possible, and if every stage uses its maximum number of epochs"
    />
  );
}

/** Of a search that runs here. Runs of earlier versions know an upper limit only. */
function timeLeft(state: LabState): string | null {
  const { latest } = state.run;
  if (!isLive(state) || !['running', 'paused'].includes(state.state) || !latest) return null;
  return latest.timeLeftLeast === undefined
    ? `at most ${duration(latest.timeLeft)}`
    : durationRange(latest.timeLeftLeast, latest.timeLeft);
}

interface FigureProps {
  label: string;
  value: string | null;
  note: string;
  title?: string;
}

function Figure({ label, value, note, title }: FigureProps) {
  return (
    <div title={title}>
      <dt>{label}</dt>
      <dd>
        <strong>{value ?? '\u2013'}</strong> <small>{note}</small>
      </dd>
    </div>
  );
}
