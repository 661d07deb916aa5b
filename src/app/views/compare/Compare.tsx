/** What methods are worth at equal size: comparisons queued here or measured in a shell, their results, and files of them. */
import { useEffect, useRef, useState } from 'react';
import type { DragEvent } from 'react';
import { copy } from '../../copy.ts';
import { comparisonCsv, methodLabels } from '../../../engine/baselines/results.ts';
import type { Comparison } from '../../../engine/baselines/results.ts';
import {
  ownSettingsSentence,
  pairedSentence,
  pairedTest,
} from '../../../engine/baselines/summary.ts';
import { DownloadIcon } from '../../components/icons.tsx';
import { PublishedCells } from '../../components/PublishedCells.tsx';
import { Panel, TableToggle } from '../../components/Panel.tsx';
import { saveText } from '../../download.ts';
import { integer, plural } from '../../format.ts';
import { ComparisonList, ComparisonMessages } from './ComparisonList.tsx';
import { MethodScatter } from './MethodScatter.tsx';
import { NewComparison } from './NewComparison.tsx';
import { Problems, Running } from './Running.tsx';
import { RunsTable } from './RunsTable.tsx';
import { planComparison } from '../../sessions/comparison.ts';
import { shownComparison, shownRecord, useComparisons } from '../../sessions/comparison-state.ts';
import {
  keepOpened,
  openComparisonFile,
  refreshComparisons,
} from '../../sessions/stored-comparisons.ts';
import { SummaryTable } from './SummaryTable.tsx';
import '../library/import.css';
import './compare.css';

/** Milliseconds between two looks at who runs what: a tab that dies tells nobody. */
const lookEvery = 5_000;

export default function Compare() {
  const planning = useComparisons((s) => s.planning);
  const shown = useComparisons(shownComparison);
  useEffect(() => {
    void refreshComparisons();
    const timer = setInterval(() => void refreshComparisons(), lookEvery);
    return () => clearInterval(timer);
  }, []);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    void openComparisonFile(event.dataTransfer.files[0]);
  };
  return (
    <div className="view compare" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <Panel
        title="Comparisons"
        note="stored in this browser"
        className="area-comparisons"
        actions={<ListActions />}
      >
        <Problems />
        <ComparisonMessages />
        <Empty />
        <ComparisonList />
      </Panel>
      {planning && <NewComparison />}
      <Running />
      {shown && <Results comparison={shown} />}
      <PublishedCells />
    </div>
  );
}

function ListActions() {
  const input = useRef<HTMLInputElement>(null);
  const planning = useComparisons((s) => s.planning);
  const idle = useComparisons((s) => s.work === 'idle');
  return (
    <>
      <button
        type="button"
        className={planning ? '' : 'primary'}
        disabled={planning || !idle}
        title={idle ? undefined : 'Only one runs at a time: stop the running comparison first'}
        onClick={planComparison}
      >
        {copy.newComparison}
      </button>
      <button type="button" onClick={() => input.current?.click()}>
        Open results
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Results file"
        onChange={(event) => {
          void openComparisonFile(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
    </>
  );
}

function Empty() {
  const none = useComparisons((s) => s.records?.length === 0 && s.opened === null && !s.planning);
  if (!none) return null;
  return (
    <p className="empty">
      <strong>{copy.newComparison}</strong> compares search methods here, at the sizes and seeds you
      choose. Or run, in a shell, <code>npm run -s compare</code>and open its results.json here, or
      drop it on this page.
    </p>
  );
}

function Results({ comparison }: { comparison: Comparison }) {
  const [asTable, setAsTable] = useState(false);
  const name = useComparisons((s) => s.opened?.name ?? shownRecord(s)?.name ?? '');
  const id = useComparisons((s) => shownRecord(s)?.id ?? null);
  return (
    <>
      <Panel
        title={name}
        note={describe(comparison)}
        className="area-verdict"
        actions={<ResultActions comparison={comparison} name={name} />}
      >
        <Verdict comparison={comparison} />
        <OwnSettings comparison={comparison} />
        <Failures />
      </Panel>
      <div className="compare-charts">
        <Panel
          title={copy.accuracyAgainstSize}
          note="test accuracy by active parameters"
          className="compare-scatter"
          csv={() => comparisonCsv(comparison)}
          actions={
            <TableToggle
              on={asTable}
              toggle={() => setAsTable(!asTable)}
              of={copy.accuracyAgainstSize}
            />
          }
        >
          {asTable ? (
            <RunsTable comparison={comparison} id={id} />
          ) : (
            <MethodScatter comparison={comparison} />
          )}
        </Panel>
        <Panel
          title="By method and target"
          note={
            comparison.seeds.length > 1
              ? 'mean ± standard deviation over seeds'
              : 'one seed: no standard deviation'
          }
          className="compare-table"
          csv="table"
        >
          <SummaryTable comparison={comparison} />
        </Panel>
      </div>
    </>
  );
}

function describe({ dataset, seeds, runs, training, backend }: Comparison): string {
  return `${dataset}, ${plural(runs.length, 'run')}, ${plural(seeds.length, 'seed')}; ${plural(training.epochs, 'epoch')} of training on ${backend}`;
}

function ResultActions({ comparison, name }: { comparison: Comparison; name: string }) {
  const fromFile = useComparisons((s) => s.opened !== null);
  const file = `mgas-comparison-${name.replace(/[^\w-]+/g, '-').slice(0, 60)}`;
  return (
    <>
      {fromFile && (
        <button type="button" onClick={() => void keepOpened()}>
          Keep in the list
        </button>
      )}
      <button type="button" onClick={() => saveText(comparisonCsv(comparison), `${file}.csv`)}>
        <DownloadIcon /> CSV
      </button>
      <button
        type="button"
        onClick={() => saveText(`${JSON.stringify(comparison, null, 1)}\n`, `${file}.json`)}
      >
        <DownloadIcon /> JSON
      </button>
    </>
  );
}

/** The paired tests, a sentence each. */
function Verdict({ comparison: { methods, runs } }: { comparison: Comparison }) {
  if (!methods.includes('mgas'))
    return <p className="empty">MGAS is not among the methods: there is no paired test.</p>;
  if (methods.length === 1)
    return <p className="empty">MGAS is the only method: there is no paired test.</p>;
  const tests = methods
    .filter((method) => method !== 'mgas')
    .map((method) => pairedTest(runs, method));
  const paired = tests.filter(({ all }) => all > 0);
  if (paired.length === 0)
    return (
      <p className="empty">
        No pair of runs is finished yet: MGAS and another method at the same target and seed.
      </p>
    );
  return (
    <ul className="verdict">
      {paired.map((test) => (
        <li key={test.baseline}>{pairedSentence(test)}</li>
      ))}
    </ul>
  );
}

function OwnSettings({ comparison }: { comparison: Comparison }) {
  const sentence = ownSettingsSentence(comparison);
  return sentence && <p>{sentence}</p>;
}

function Failures() {
  const failures = useComparisons((s) => shownRecord(s)?.failures ?? null);
  if (!failures || failures.length === 0) return null;
  return (
    <ul className="failures" aria-label="Failed runs">
      {failures.map(({ method, target, seed, error }) => (
        <li key={`${method} ${target} ${seed}`}>
          <strong>{`${methodLabels[method]}, target ${integer(target)}, seed ${seed} failed:`}</strong>{' '}
          {error.message} {error.advice}
        </li>
      ))}
    </ul>
  );
}
