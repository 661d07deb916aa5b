/** What methods are worth at equal size: a comparison's results, measured by `npm run compare`. */
import { useRef, useState } from 'react';
import type { DragEvent } from 'react';
import { comparisonCsv, methodLabels, parseComparison } from '../../../engine/baselines/results.ts';
import type { Comparison } from '../../../engine/baselines/results.ts';
import { pairedSentence, pairedTest, summarize } from '../../../engine/baselines/summary.ts';
import type { Spread } from '../../../engine/baselines/summary.ts';
import { Panel, TableToggle } from '../../components/Panel.tsx';
import { saveText } from '../../download.ts';
import { bytes, duration, integer, plural } from '../../format.ts';
import { comparisons, useComparisons } from './state.ts';
import { MethodScatter } from './MethodScatter.tsx';
import { RunsTable } from './RunsTable.tsx';
import './compare.css';
import { TableScroll } from '../../components/TableScroll.tsx';

export default function Compare() {
  const shown = useComparisons((s) => s.shown);
  const [asTable, setAsTable] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    void open(event.dataTransfer.files[0]);
  };
  return (
    <div className="view compare" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <Panel title="Comparison" note={shown ? describe(shown) : 'methods, sizes and seeds'} className="area-verdict" actions={<Actions />}>
        <Problem />
        {shown ? <Verdict comparison={shown} /> : <Empty />}
      </Panel>
      {shown && (
        <>
          <Panel title="Accuracy against size" note="test images right, by active parameters" className="area-scatter" actions={<TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of="Accuracy against size" />}>
            {asTable ? <RunsTable comparison={shown} /> : <MethodScatter comparison={shown} />}
          </Panel>
          <Panel title="By method and target" note="mean ± standard deviation over seeds" className="area-table">
            <SummaryTable comparison={shown} />
          </Panel>
        </>
      )}
    </div>
  );
}

async function open(file: File | undefined): Promise<void> {
  if (!file) return;
  try {
    comparisons.setState({ shown: parseComparison(await file.text()), problem: null });
  } catch (error) {
    comparisons.setState({ problem: `${file.name}: ${(error as Error).message}` });
  }
}

function describe({ dataset, seeds, runs, training, backend }: Comparison): string {
  return `${dataset}, ${plural(runs.length, 'run')}, ${plural(seeds.length, 'seed')}; ${plural(training.epochs, 'epoch')} of training on ${backend}`;
}

function Empty() {
  return (
    <p className="empty">
      Measure a comparison in a shell with <code>npm run -s compare -- --out comparison</code>, then open its results.json here, or drop it on this page.
    </p>
  );
}

function Problem() {
  const problem = useComparisons((s) => s.problem);
  return problem ? <p className="problem" role="alert">{problem}</p> : null;
}

function Actions() {
  const input = useRef<HTMLInputElement>(null);
  const shown = useComparisons((s) => s.shown);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        Open results
      </button>
      <input ref={input} type="file" accept=".json,application/json" hidden aria-label="Results file" onChange={(event) => {
        void open(event.target.files?.[0]);
        event.target.value = '';
      }} />
      {shown && (
        <>
          <button type="button" onClick={() => saveText(comparisonCsv(shown), 'comparison.csv')}>
            CSV
          </button>
          <button type="button" onClick={() => saveText(`${JSON.stringify(shown, null, 1)}\n`, 'comparison.json')}>
            JSON
          </button>
        </>
      )}
    </>
  );
}

/** The paired tests, a sentence each. */
function Verdict({ comparison: { methods, runs } }: { comparison: Comparison }) {
  if (!methods.includes('mgas')) return <p className="empty">MGAS is not among the methods: nothing is paired.</p>;
  return (
    <ul className="verdict">
      {methods
        .filter((method) => method !== 'mgas')
        .map((method) => (
          <li key={method}>{pairedSentence(pairedTest(runs, method))}</li>
        ))}
    </ul>
  );
}

function SummaryTable({ comparison }: { comparison: Comparison }) {
  const show = ({ mean, deviation }: Spread, text: (value: number) => string): string => `${text(mean)} ± ${text(deviation)}`;
  const points = (share: number): string => (100 * share).toFixed(1);
  return (
    <TableScroll label="Results by method and target">
      <table>
        <thead>
          <tr>
            {['Target', 'Method', 'Runs', 'Parameters', 'Test accuracy, %', 'Search', 'Peak memory'].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {summarize(comparison).map((row) => (
            <tr key={`${row.target} ${row.method}`}>
              <td>{integer(row.target)}</td>
              <th scope="row">{methodLabels[row.method]}</th>
              <td>{row.reached < row.runs ? `${row.runs}, ${row.runs - row.reached} over target` : row.runs}</td>
              <td>{show(row.parameters, (value) => integer(Math.round(value)))}</td>
              <td>{show(row.accuracy, points)}</td>
              <td>{row.searchSeconds.mean > 0 ? duration(1000 * row.searchSeconds.mean) : '\u2013'}</td>
              <td>{row.peakBytes.mean > 0 ? bytes(row.peakBytes.mean) : '\u2013'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
