/** What a new comparison is asked for; how long it will take, before it starts. */
import { useState } from 'react';
import { copy } from '../../copy.ts';
import { comparisonTargets } from '../../../engine/baselines/preset.ts';
import { estimateSentence, Pace } from '../../../engine/baselines/pace.ts';
import { allRuns } from '../../../engine/baselines/plan.ts';
import { methodLabels, methodNames } from '../../../engine/baselines/results.ts';
import { presets } from '../../../domain/settings/presets.ts';
import { PlayIcon } from '../../components/icons.tsx';
import { Panel } from '../../components/Panel.tsx';
import { duration, plural, loadingText } from '../../format.ts';
import { problems as problemsOf } from '../../../domain/settings/problems.ts';
import { sourceOf, imagesOf } from '../../sessions/dataset-sources.ts';
import { useDatasets } from '../../sessions/datasets-state.ts';
import { useLab } from '../../store/store.ts';
import { useOccupied } from '../../sessions/device.ts';
import { Images, Methods, SettingsChoices, Text } from './plan-fields.tsx';
import { readForm } from './plan-form.ts';
import type { FormTexts, SettingsChoice } from './plan-form.ts';
import {
  estimate,
  estimateKey,
  startComparison,
  stopComparison,
} from '../../sessions/comparison.ts';
import type { Plan } from '../../sessions/comparison.ts';
import { comparisons, useComparisons } from '../../sessions/comparison-state.ts';

const initial: FormTexts = {
  methods: methodNames,
  targets: comparisonTargets.join(', '),
  seeds: '1, 2, 3',
  settings: 'small',
  epochs: '8',
  trainImages: '2000',
  testImages: '2000',
};

export function NewComparison() {
  const [texts, setTexts] = useState<FormTexts>(initial);
  const [choice, setChoice] = useState(useDatasets((s) => s.choice));
  const onScreen = useLab((s) => s.settings);
  const backend = useLab((s) => s.backend);
  const images = useDatasets((s) => imagesOf(s, choice));
  const { plan, problems } = readForm(texts, {
    settings: onScreen,
    settingsProblem: problemsOf(onScreen, images).values().next().value ?? null,
    images,
  });
  const change = (fields: Partial<FormTexts>): void => setTexts({ ...texts, ...fields });
  const where = { source: sourceOf(choice), backend };
  const measured = useComparisons((s) =>
    plan && s.estimate?.key === estimateKey(plan, where) ? s.estimate : null,
  );
  const idle = useComparisons((s) => s.work === 'idle');
  const occupied = useOccupied();
  const submit = (): void => {
    if (!plan || !idle || occupied) return;
    if (measured) void startComparison(plan, where, nameOf(plan), measured.dataset);
    else estimate(plan, where);
  };
  return (
    <Panel
      title={copy.newComparison}
      note="each method searches at each size with each seed; each network found is trained from scratch and tested"
      className="area-form"
    >
      <form
        className="plan-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Methods
          chosen={texts.methods}
          choose={(methods) => change({ methods })}
          problem={problems?.get('methods')}
        />
        <div className="plan-fields">
          <Text
            field="targets"
            label="Target sizes"
            unit="parameters"
            texts={texts}
            change={change}
            problems={problems}
          />
          <Text field="seeds" label="Seeds" texts={texts} change={change} problems={problems} />
          <Images choice={choice} choose={setChoice} />
          <SettingsChoices
            chosen={texts.settings}
            problem={problems?.get('settings')}
            choose={(settings) =>
              change({ settings, ...targetsFor(settings, texts, onScreen.targetParameters) })
            }
          />
          <Text
            field="epochs"
            label="Training epochs"
            texts={texts}
            change={change}
            problems={problems}
          />
          <Text
            field="trainImages"
            label={copy.trainingImages}
            unit="0 = all"
            texts={texts}
            change={change}
            problems={problems}
          />
          <Text
            field="testImages"
            label="Test images"
            unit="0 = all"
            texts={texts}
            change={change}
            problems={problems}
          />
        </div>
        <div className="plan-end">
          {measured && plan ? (
            <p role="status">
              {estimateSentence(
                { ...measured.measured, ...lengthOf(plan, measured.measured) },
                duration,
              )}
            </p>
          ) : (
            <Estimating />
          )}
          {occupied && (
            <p className="note">
              {occupied} is using the graphics device: pause or finish it first.
            </p>
          )}
          <div className="buttons">
            <button
              type="submit"
              className="primary"
              disabled={!plan || !idle || occupied !== null}
            >
              {measured ? (
                <>
                  <PlayIcon /> Start comparison
                </>
              ) : (
                'Estimate its time'
              )}
            </button>
            <CancelButton />
          </div>
        </div>
      </form>
    </Panel>
  );
}

/** Another set of methods, targets and seeds takes the same steps: no timing anew. */
function lengthOf(
  plan: Plan,
  measured: ConstructorParameters<typeof Pace>[1],
): { runs: number; seconds: number } {
  const runs = allRuns(plan);
  return { runs: runs.length, seconds: new Pace({ runs: [] }, measured).left(runs) };
}

function nameOf({ methods, targets, seeds }: Plan): string {
  const first = methodLabels[methods[0]!];
  const others =
    methods.length === 1
      ? first
      : methods.length === 2
        ? `${first} and ${methodLabels[methods[1]!]}`
        : `${first} and ${methods.length - 1} others`;
  return `${others}, ${targets.length === 1 ? plural(targets[0]!, 'parameter') : plural(targets.length, 'size')}, ${plural(seeds.length, 'seed')}`;
}

/** Sizes that nobody has changed follow the settings. */
function targetsFor(
  settings: SettingsChoice,
  { targets, settings: before }: FormTexts,
  onScreen: number,
): Partial<FormTexts> {
  const usual = {
    small: comparisonTargets.join(', '),
    tiny: String(presets.tiny.targetParameters),
    screen: String(onScreen),
  };
  return targets === usual[before] ? { targets: usual[settings] } : {};
}

function Estimating() {
  const estimating = useComparisons((s) => s.work === 'estimating');
  const loading = useComparisons((s) => s.loading);
  if (!estimating)
    return (
      <p className="note">A few steps of the super-net are timed before the comparison starts.</p>
    );
  return (
    <p role="status">{loading ? loadingText(loading) : 'Timing a few steps of the super-net'}</p>
  );
}

function CancelButton() {
  const estimating = useComparisons((s) => s.work === 'estimating');
  const cancel = (): void => {
    if (estimating) stopComparison();
    else comparisons.setState({ planning: false });
  };
  return (
    <button type="button" onClick={cancel}>
      {estimating ? 'Stop timing' : 'Cancel'}
    </button>
  );
}
