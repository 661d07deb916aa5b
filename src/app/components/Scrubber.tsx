/** Time travel: the run from its first event to now as a line to move along; every view follows. */
import { useMemo } from 'react';
import { duration, integer } from '../format.ts';
import { ForkButton } from '../fork/ForkButton.tsx';
import { PlayControls } from '../recorded/PlayControls.tsx';
import { scrubTo, scrubToLandmark, shownStops } from '../store/replay.ts';
import { shownState, useLab, useShown } from '../store/store.ts';
import { newestRun } from '../sessions/shown-run.ts';
import type { Stop } from '../store/timeline.ts';
import { CloseIcon, LiveIcon, NextIcon, PreviousIcon } from './icons.tsx';
import { stageCount } from '../../domain/spaces/registry.ts';

/** More could not be told apart. */
const mostMarks = 300;

export function Scrubber() {
  const count = useLab((s) => s.stops);
  const cursor = useLab((s) => s.cursor);
  const pastId = useLab((s) => s.pastId);
  const over = useLab((s) => newestRun(s).outcome !== null);
  if (count < 2) return null;
  const stops = shownStops();
  const at = Math.min(cursor ?? count - 1, stops.length - 1);
  const stop = stops[at];
  if (!stop) return null;
  return (
    <section
      className="scrubber"
      aria-label="Time travel"
      data-past={cursor !== null || pastId !== null}
    >
      {over && <PlayControls />}
      <button
        type="button"
        className="icon-button small"
        aria-label="Previous commit"
        title="Previous commit, regrowth or stage (Shift \u2190)"
        onClick={() => scrubToLandmark(-1)}
      >
        <PreviousIcon />
      </button>
      <div className="scrub-track">
        <Marks count={count} pastId={pastId} />
        <input
          type="range"
          aria-label="Step of the run"
          aria-valuetext={describeStop(stop)}
          min={0}
          max={count - 1}
          value={at}
          onChange={(event) => scrubTo(Number(event.target.value))}
        />
      </div>
      <button
        type="button"
        className="icon-button small"
        aria-label="Next commit"
        title="Next commit, regrowth or stage (Shift \u2192)"
        onClick={() => scrubToLandmark(1)}
      >
        <NextIcon />
      </button>
      <Where stop={stop} />
      <ForkButton />
      <LiveButton />
    </section>
  );
}

function Where({ stop }: { stop: Stop }) {
  const time = useShown(({ run }) => run.time);
  return (
    <p className="scrub-where">
      <strong>{describeStop(stop)}</strong>
      <span>{duration(time)}</span>
    </p>
  );
}

function LiveButton() {
  const following = useLab((s) => s.cursor === null && s.pastId === null);
  const running = useLab((s) => s.run.started !== null && s.run.outcome === null);
  const pastId = useLab((s) => s.pastId);
  if (pastId !== null) {
    return (
      <button
        type="button"
        className="live-button"
        onClick={() => (location.hash = location.hash.replace(pastId, 'current'))}
      >
        <CloseIcon /> Leave this run
      </button>
    );
  }
  return (
    <button
      type="button"
      className="live-button"
      aria-pressed={following}
      title="Follow the latest step (L)"
      onClick={() => scrubTo(null)}
    >
      <LiveIcon /> {running ? 'Live' : 'End'}
    </button>
  );
}

export function describeStop({ kind, step, round, stage }: Stop): string {
  const { started } = shownState().run;
  const joint = started !== null && stage >= stageCount(started.settings.space);
  const where = joint ? 'joint stage' : `stage ${stage + 1}`;
  const at = `step ${integer(step)}`;
  switch (kind) {
    case 'start':
      return 'start';
    case 'step':
      return at;
    case 'stage':
      return `${where} begins, ${at}`;
    case 'commit':
      return `commit ${round}, ${where}, ${at}`;
    case 'epoch':
      return `epoch\u2019s end, ${at}`;
    case 'regrown':
      return `regrowth, ${at}`;
    case 'evaluated':
      return `measured, ${at}`;
    case 'fork':
      return `fork, ${at}`;
    case 'end':
      return `end, ${at}`;
  }
}

/** Stages as bands, commits as ticks, regrowths as rings. */
function Marks({ count, pastId }: { count: number; pastId: string | null }) {
  // By tens while the run grows: marks need not move with every step.
  const grain = count < 60 ? count : Math.floor(count / 10);
  const stages = useLab((s) => s.stops && shownStops().at(-1)?.stage);
  const marks = useMemo(() => collectMarks(shownStops()), [grain, stages, pastId]); // eslint-disable-line react-hooks/exhaustive-deps
  const x = (index: number): string => `${(100 * index) / Math.max(1, count - 1)}%`;
  return (
    <div className="scrub-marks" aria-hidden="true">
      {marks.bands.map(({ from, to, stage }) => (
        <i
          key={stage}
          className="scrub-band"
          data-odd={stage % 2 === 1}
          style={{
            left: x(from),
            right: `calc(100% - ${x(Math.min(to ?? count - 1, count - 1))})`,
          }}
        />
      ))}
      {marks.ticks.map(({ index, kind }) => (
        <i key={index} className="scrub-tick" data-kind={kind} style={{ left: x(index) }} />
      ))}
    </div>
  );
}

function collectMarks(stops: readonly Stop[]) {
  const bands: { stage: number; from: number; to: number | null }[] = [];
  const all: { index: number; kind: Stop['kind'] }[] = [];
  stops.forEach(({ kind, stage }, index) => {
    const open = bands.at(-1);
    if (kind === 'stage' && open?.stage !== stage) {
      if (open) open.to = index;
      bands.push({ stage, from: index, to: null });
    }
    if (kind === 'commit' || kind === 'regrown' || kind === 'fork') all.push({ index, kind });
  });
  const stride = Math.ceil(all.length / mostMarks);
  return { bands, ticks: all.filter(({ kind }, i) => kind !== 'commit' || i % stride === 0) };
}
