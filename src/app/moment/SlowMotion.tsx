/** One commit of one cell in four steps: forward pass, thresholds move, commit, compaction. */
import { useEffect, useState } from 'react';
import { copy } from '../copy.ts';
import { operationTable } from '../../domain/operations/registry.ts';
import { cellName, placeName, useSpace, wordsOf } from '../store/state-name.ts';
import { Dialog } from '../components/Dialog.tsx';
import { PauseIcon, PlayIcon } from '../components/icons.tsx';
import { bytes, decimal, integer, plural } from '../format.ts';
import { shownSettings, shownState, useShown } from '../store/store.ts';
import { bestMoment, pruningMoments } from './moments.ts';
import type { Moment, MomentUnit } from './moments.ts';
import './moment.css';

export function SlowMotionButton({ cell }: { cell: number }) {
  const [open, setOpen] = useState(false);
  const any = useShown(({ run }) => run.compactions.length > 0);
  const space = useSpace();
  return (
    <>
      <button
        type="button"
        disabled={!any}
        title={
          any
            ? `A commit of this ${wordsOf(space).part}, step by step`
            : 'After the first commit of a search'
        }
        onClick={() => setOpen(true)}
      >
        <PlayIcon /> Slow motion
      </button>
      <Dialog
        title={`A commit of ${cellName(cell, space)} in slow motion`}
        kind="card"
        open={open}
        onClose={() => setOpen(false)}
      >
        <SlowMotion cell={cell} />
      </Dialog>
    </>
  );
}

const phases = ['Forward pass', 'Thresholds move', 'Commit', 'Compaction'] as const;
/** Milliseconds that a step stays while it plays. */
const pace = 3_000;

function SlowMotion({ cell }: { cell: number }) {
  // The run as it is when the dialog opens: it should not change under what is looked at.
  const [{ moments, first }] = useState(() => {
    const state = shownState();
    const found = pruningMoments(state.run, shownSettings(state).space, cell);
    return { moments: found, first: bestMoment(found, state.run.step) };
  });
  const [chosen, setChosen] = useState(first);
  const [phase, setPhase] = useState(0);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      if (phase === phases.length - 1) setPlaying(false);
      else setPhase(phase + 1);
    }, pace);
    return () => clearTimeout(timer);
  }, [playing, phase]);
  const moment = moments[chosen];
  if (!moment)
    return <p className="empty">No commit has pruned this {wordsOf().part} yet: choose another.</p>;
  const show = (next: number): void => {
    setPlaying(false);
    setPhase(next);
  };
  return (
    <div className="slow-motion">
      <label>
        <span>Commit</span>
        <select
          value={chosen}
          onChange={(event) => {
            setChosen(Number(event.target.value));
            show(0);
          }}
        >
          {moments.map(({ step, pruned, units }, i) => (
            <option key={step} value={i}>
              {`at step ${integer(step)}: ${integer(pruned)} of ${plural(units.length, 'operation')}`}
            </option>
          ))}
        </select>
      </label>
      <ol className="phases">
        {phases.map((name, i) => (
          <li key={name}>
            <button
              type="button"
              aria-current={i === phase ? 'step' : undefined}
              onClick={() => show(i)}
            >
              {i + 1}. {name}
            </button>
          </li>
        ))}
      </ol>
      <p className="phase-text" role="status">
        {phaseText(phase, moment, cell)}
      </p>
      <Units moment={moment} phase={phase} />
      <Sizes moment={moment} phase={phase} cell={cell} />
      <div className="buttons">
        <button type="button" disabled={phase === 0} onClick={() => show(phase - 1)}>
          Back
        </button>
        <button
          type="button"
          onClick={() => {
            if (!playing && phase === phases.length - 1) setPhase(0);
            setPlaying(!playing);
          }}
        >
          {playing ? <PauseIcon /> : <PlayIcon />} {playing ? 'Pause' : 'Play'}
        </button>
        <button
          type="button"
          className="primary"
          disabled={phase === phases.length - 1}
          onClick={() => show(phase + 1)}
        >
          Next
        </button>
      </div>
    </div>
  );
}

function short(unit: MomentUnit): string {
  const { short: name } = operationTable[unit.operation];
  const place = placeName(unit);
  return place === null ? name : `${name} (${place})`;
}

function phaseText(
  phase: number,
  { units, step, beforeStep, pruned, ...moment }: Moment,
  cell: number,
): string {
  switch (phase) {
    case 0:
      return `Step ${integer(beforeStep)}: ${plural(units.length, 'operation')} of ${cellName(cell)} take part in the forward pass. Each output is weighted by its importance, sigmoid(\u03b1), and by a mask: 1 while the importance exceeds the threshold.`;
    case 1:
      return `Until step ${integer(step)}, gradient descent moves importances and thresholds. ${pruned === 0 ? 'No threshold' : plural(pruned, 'threshold')} exceeds its importance.`;
    case 2: {
      const gone = units.filter((unit) => unit.pruned);
      const named = gone.slice(0, 4).map(short).join(', ');
      return pruned === 0
        ? `The commit prunes no operation of this ${wordsOf().part}.`
        : `The commit prunes ${plural(pruned, 'operation')} permanently: ${named}${gone.length > 4 ? ` and ${gone.length - 4} more` : ''}.`;
    }
    default: {
      const { dense, memory } = moment;
      const tensors = dense
        ? `The tensors of ${cellName(cell)} go from ${integer(dense.before)} to ${integer(dense.after)} parameters`
        : 'Its tensors become smaller';
      return `${tensors}${memory ? `, device memory from ${bytes(memory.before)} to ${bytes(memory.after)}` : ''}. Training continues on the smaller tensors.`;
    }
  }
}

function Units({ moment: { units }, phase }: { moment: Moment; phase: number }) {
  const edges = new Map<string, MomentUnit[]>();
  for (const unit of units) {
    const edge = placeName(unit) ?? copy.candidateBlocks;
    edges.set(edge, [...(edges.get(edge) ?? []), unit]);
  }
  return (
    <div className="moment-edges">
      {[...edges].map(([edge, own]) => (
        <section key={edge} aria-label={edge}>
          <h3>{edge}</h3>
          <ul>
            {own.map((unit) => (
              <Unit key={unit.operation} unit={unit} phase={phase} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Unit({
  unit: { operation, before, at, pruned },
  phase,
}: {
  unit: MomentUnit;
  phase: number;
}) {
  const { importance, threshold } = phase === 0 ? before : at;
  const place = (value: number): string => `${100 * Math.min(1, Math.max(0, value))}%`;
  const state =
    !pruned || phase === 0 ? 'alive' : (['alive', 'falls', 'pruned', 'gone'] as const)[phase];
  return (
    <li
      data-state={state}
      title={`importance ${decimal(importance)}, threshold ${decimal(threshold)}`}
    >
      <span>{operationTable[operation].short}</span>
      <span className="moment-track">
        <i className="moment-threshold" style={{ left: place(threshold) }} />
        <i className="moment-dot" style={{ left: place(importance) }} />
      </span>
      <span className="visually-hidden">
        importance {decimal(importance)}, threshold {decimal(threshold)}
        {state === 'pruned' || state === 'gone' ? ', pruned' : ''}
      </span>
    </li>
  );
}

/** What the compaction saves, as bars that shrink. */
function Sizes({
  moment: { dense, memory },
  phase,
  cell,
}: {
  moment: Moment;
  phase: number;
  cell: number;
}) {
  const after = phase === phases.length - 1;
  const rows = [
    dense && { label: `Parameters in tensors of ${cellName(cell)}`, ...dense, format: integer },
    memory && { label: 'Device memory', ...memory, format: bytes },
  ].filter((row) => row !== null);
  return (
    <dl className="moment-sizes">
      {rows.map(({ label, before, after: left, format }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <i style={{ transform: `scaleX(${after && before > 0 ? left / before : 1})` }} />
            <strong>{format(after ? left : before)}</strong>
          </dd>
        </div>
      ))}
    </dl>
  );
}
