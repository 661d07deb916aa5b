/** How the three levels share the work: over time, by cell, and in parameters. */
import { use, useDeferredValue, useMemo, useState } from 'react';
import { granularities } from '../../../domain/granularities.ts';
import { cellCount } from '../../../domain/spaces/registry.ts';
import { copy } from '../../copy.ts';
import { Panel, PlotPanel, TableToggle } from '../../components/Panel.tsx';
import { granularityNames, integer, percent } from '../../format.ts';
import { capital, cellTitle, groupsOf, useSpace, wordsOf } from '../../store/state-name.ts';
import { cellLosses, groupLosses, totalLosses } from '../../store/losses.ts';
import { lastSnapshot } from '../../store/run-model.ts';
import type { Snapshot } from '../../store/run-state.ts';
import { besideState, RunSide, shownSettings, useLab, useShown } from '../../store/store.ts';
import { createRatioPlot } from '../curves.ts';
import { granularityLegend } from '../Overview.tsx';
import { useBeside } from '../../store/beside.ts';
import { BesideBar } from './Beside.tsx';
import { HeatMap } from './HeatMap.tsx';
import { heatRows, lossRows } from './csv-rows.ts';
import { summary, Waterfall, WaterfallTable } from './Waterfall.tsx';
import { TableScroll } from '../../components/TableScroll.tsx';

export default function Balance() {
  const missing = useBeside();
  const beside = useLab((s) => s.beside);
  return (
    <div className="view balance" data-beside={beside !== null}>
      <BesideBar missing={missing} />
      <BalanceOf which={beside ? ', this run' : ''} />
      {beside && (
        <RunSide value={besideState}>
          <BalanceOf which=", compared run" />
        </RunSide>
      )}
    </div>
  );
}

/** The three panels of one run. @param which of two runs, as an end of their titles; empty where there is one. */
function BalanceOf({ which }: { which: string }) {
  const select = useMemo(createRatioPlot, []);
  return (
    <>
      <PlotPanel
        title={`Remaining ratio${which}`}
        label={copy.ratioByStep}
        className="area-ratio"
        note="share of all units, by step"
        select={select}
        formatY={percent}
        legend={granularityLegend}
      />
      <Losses which={which} />
      <HeatMaps which={which} />
    </>
  );
}

function Losses({ which }: { which: string }) {
  const [part, setPart] = useState('');
  const [asTable, setAsTable] = useState(false);
  const superNet = useShown((s) => s.superNet);
  // Uncommitted ratios mix what is decided with what is not: this accounts for what is gone for good.
  const snapshot = useShown(
    ({ run }) => run.snapshots.findLast(({ committed }) => committed) ?? null,
  );
  const space = useShown((s) => shownSettings(s).space);
  const groups = useMemo(() => groupsOf(space), [space]);
  const target = useShown((s) => shownSettings(s).targetParameters);
  const searched = (cell: number): boolean =>
    snapshot?.cells.some((one) => one.cell === cell) ?? false;
  const now = useMemo(() => {
    if (!superNet || !snapshot) return null;
    if (part === '') return totalLosses(superNet, space, snapshot);
    const group = groups.find(({ title }) => title === part);
    return group
      ? groupLosses(superNet, space, snapshot, group.cells)
      : cellLosses(superNet, space, snapshot, Number(part));
  }, [superNet, snapshot, space, groups, part]);
  // In slices of time, so that a commit does not hold the page up.
  const losses = useDeferredValue(now, null);
  const choose = (
    <select
      aria-label="Part of the network"
      value={part}
      onChange={(event) => setPart(event.target.value)}
    >
      <option value="">Whole network</option>
      {groups.map(({ title, cells }) => (
        <option key={title} value={title} disabled={!cells.every(searched)}>
          {title}
        </option>
      ))}
      {Array.from({ length: cellCount(space) }, (_, i) => (
        <option key={i} value={i} disabled={!searched(i)}>
          {cellTitle(i, space)}
        </option>
      ))}
    </select>
  );
  return (
    <Panel
      title={`Parameter reduction by granularity${which}`}
      note="parameters"
      className="area-losses"
      csv={losses ? () => lossRows(losses) : undefined}
      actions={
        <>
          {choose}
          <TableToggle
            on={asTable}
            toggle={() => setAsTable(!asTable)}
            of={`Parameter reduction by granularity${which}`}
          />
        </>
      }
    >
      {losses ? (
        <>
          <p className="lead">{summary(losses)}</p>
          {asTable ? (
            <WaterfallTable losses={losses} />
          ) : (
            <Waterfall
              losses={losses}
              target={part === '' && target < losses.superNet ? target : null}
            />
          )}
        </>
      ) : now ? null : (
        <p className="empty">
          From the full super-net through operations, filters and weights to the remaining
          parameters. Press Start.
        </p>
      )}
    </Panel>
  );
}

function HeatMaps({ which }: { which: string }) {
  const [asTable, setAsTable] = useState(false);
  const snapshot = useShown(({ run }) => lastSnapshot(run));
  const side = use(RunSide);
  const { part, group } = wordsOf(useSpace());
  const title = `Remaining ratio by ${part}${which}`;
  return (
    <Panel
      title={title}
      note={`share of each ${part}\u2019s units, by step; blank: the ${part} is not searched yet${group === null ? '' : `; lines: borders of ${group}s`}`}
      className="area-heat"
      csv={snapshot ? () => heatRows(side()) : undefined}
      actions={<TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of={title} />}
    >
      {asTable ? (
        <CellTable snapshot={snapshot} label={`${title}, table`} />
      ) : (
        <div className="heats">
          {granularities.map((level) => (
            <HeatMap key={level} level={level} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function CellTable({ snapshot, label }: { snapshot: Snapshot | null; label: string }) {
  const space = useSpace();
  const words = wordsOf(space);
  if (!snapshot) return <p className="empty">{copy.noValuesYet}</p>;
  return (
    <TableScroll label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{capital(words.part)}</th>
            {granularities.map((level) => (
              <th scope="col" key={level}>
                {granularityNames[level].many}
              </th>
            ))}
            <th scope="col">Parameters</th>
          </tr>
        </thead>
        <tbody>
          {snapshot.cells.map(({ cell, counts, parameters }) => (
            <tr key={cell}>
              <th scope="row">{cellTitle(cell, space)}</th>
              {granularities.map((level) => (
                <td key={level}>
                  {percent(counts[level].left / Math.max(1, counts[level].total))} (
                  {integer(counts[level].left)} of {integer(counts[level].total)})
                </td>
              ))}
              <td>{integer(parameters.active)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
