/** The stages as a track: planned ones outlined, the current one filling, finished ones with why they ended. */
import { compact, percent } from '../format.ts';
import { stageEnds } from '../../domain/events/stage-ends.ts';
import { cellRange, wordsOf } from '../store/state-name.ts';
import type { SpaceSettings } from '../../domain/settings/schema.ts';
import { anySizeLayout } from '../../domain/spaces/registry.ts';
import { stagesOf } from '../../domain/spaces/shape.ts';
import { useShown, shownSettings } from '../store/store.ts';
import type { StageState } from '../store/run-state.ts';

const reasons: Readonly<Record<NonNullable<StageState['reason']>, string>> = {
  ...stageEnds,
  'max-epochs': 'epoch limit',
};

const phaseNames = {
  compiling: 'compiling',
  'warm-up': 'warm-up',
  search: 'pruning',
  scoring: 'scoring',
  evaluating: 'measuring',
} as const;

interface Planned {
  index: number;
  joint: boolean;
  firstCell: number;
  lastCell: number;
}

/** The stages of the space, then a joint stage over all of it. */
function plannedStages(space: SpaceSettings): Planned[] {
  const layout = anySizeLayout(space);
  const own = stagesOf(layout).map(([firstCell, lastCell], index) => ({
    index,
    joint: false,
    firstCell,
    lastCell,
  }));
  return [
    ...own,
    { index: own.length, joint: true, firstCell: 0, lastCell: layout.cells.length - 1 },
  ];
}

export function StageTrack() {
  const { space } = useShown(shownSettings);
  return (
    <section aria-label="Stages">
      <ol className="stage-track">
        {plannedStages(space).map((planned) => (
          <Stage key={planned.index} space={space} {...planned} />
        ))}
      </ol>
    </section>
  );
}

function Stage({ index, joint, space, ...planned }: Planned & { space: SpaceSettings }) {
  const state = useShown(({ run }) => run.stages.find((stage) => stage.index === index));
  // A run of an earlier version may divide its cells otherwise.
  const { firstCell, lastCell } = state ?? planned;
  const isCurrent = useShown(
    ({ run }) => run.stages[run.stages.length - 1]?.index === index && run.outcome === null,
  );
  const phase = useShown(({ run }) => (isCurrent ? run.phase : null));
  const step = useShown(({ run }) => (isCurrent ? run.step : 0));
  const active = useShown(({ run }) => (isCurrent ? run.parameters?.active : undefined));
  const done = Boolean(state) && !isCurrent;
  const progress = !state ? 0 : done ? 1 : stageProgress(state, step, active);
  const detail = !state
    ? joint
      ? `all ${wordsOf(space).parts}, down to the target`
      : cellRange(firstCell, lastCell, space)
    : isCurrent && active !== undefined
      ? `${compact(active)} \u2192 ${compact(state.goalParameters)} parameters`
      : state.reason
        ? reasons[state.reason]
        : 'ended early';
  return (
    <li
      className="stage"
      data-state={isCurrent ? 'current' : done ? 'done' : 'planned'}
      aria-current={isCurrent ? 'step' : undefined}
    >
      <p>
        <strong>{joint ? 'Joint stage' : `Stage ${index + 1}`}</strong>
        {isCurrent && phase && <span className="phase">{phaseNames[phase]}</span>}
        {state && !joint && !isCurrent && (
          <span className="cells">{cellRange(firstCell, lastCell, space)}</span>
        )}
        <span className="detail">{detail}</span>
      </p>
      <div
        className="track"
        role="progressbar"
        aria-label={joint ? 'Joint stage' : `Stage ${index + 1}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * progress)}
        aria-valuetext={state ? `at most ${percent(1 - progress)} remaining` : 'not started'}
      >
        <div style={{ transform: `scaleX(${progress})` }} />
      </div>
    </li>
  );
}

/** A stage ends at its goal or with its last step, whichever comes first. */
function stageProgress(
  { startStep, startParameters, goalParameters, maxSteps }: StageState,
  step: number,
  active: number | undefined,
): number {
  const bySteps = maxSteps > 0 ? (step - startStep) / maxSteps : 0;
  const bySize =
    active === undefined || startParameters <= goalParameters
      ? 0
      : (startParameters - active) / (startParameters - goalParameters);
  return Math.min(1, Math.max(0, bySteps, bySize));
}
