/** The super-net as it is pruned: one cell or layer to look into, or what remains of the whole network as a picture to export. */
import { use, useRef, useState } from 'react';
import { outlineOf } from '../../../domain/spaces/outline.ts';
import { anySizeLayout } from '../../../domain/spaces/registry.ts';
import { CellPicker } from '../../components/CellPicker.tsx';
import { Panel } from '../../components/Panel.tsx';
import { integer } from '../../format.ts';
import { cellName, useSpace, wordsOf } from '../../store/state-name.ts';
import { RunSide, useShown } from '../../store/store.ts';
import { select, useSelection } from '../selection.ts';
import { useCandidates, useShape } from '../units/shown-units.ts';
import { CellGraph } from './CellGraph.tsx';
import { DartsGraph, foundBy } from './DartsGraph.tsx';
import { GraphTools } from './GraphTools.tsx';
import type { Drawing } from './GraphTools.tsx';
import './darts.css';
import { candidateRows, operationRows } from './rows.ts';
import { drawingOf } from './space-drawings.ts';
import { PlannedFigures } from '../../components/PlannedFigures.tsx';
import { UnitPanel } from './UnitPanel.tsx';

export default function Architecture() {
  const [whole, setWhole] = useState(false);
  const { cell: wanted } = useSelection();
  const { index: cell } = useShape(wanted);
  const { part } = wordsOf(useSpace());
  return (
    <div className="view architecture" data-whole={whole}>
      <form className="filter-bar" aria-label="Scope" onSubmit={(event) => event.preventDefault()}>
        <div className="segments" role="radiogroup" aria-label="Extent">
          {[false, true].map((one) => (
            <label key={String(one)}>
              <input
                type="radio"
                name="extent"
                checked={whole === one}
                onChange={() => setWhole(one)}
              />
              <span>{one ? 'Whole network' : `One ${part}`}</span>
            </label>
          ))}
        </div>
        {!whole && (
          <CellPicker
            cell={cell}
            choose={(next) => select({ cell: next })}
            name="architecture-cell"
          />
        )}
      </form>
      {whole ? <WholeNetwork /> : <OnePart cell={cell} />}
    </div>
  );
}

function OnePart({ cell }: { cell: number }) {
  const [ghosts, setGhosts] = useState(true);
  const [wanted, setDrawing] = useState<Drawing>('candidates');
  const [words, setWords] = useState('');
  const [zoom, setZoom] = useState(0);
  const { unit } = useSelection();
  const candidates = useCandidates(cell);
  const shape = useShape(cell);
  const space = useSpace();
  const { drawings } = drawingOf(space);
  const drawing = drawings.includes(wanted) ? wanted : drawings[0]!;
  const outline = outlineOf(space)[cell];
  const { nodes } = anySizeLayout(space);
  const begun = useShown(({ run }) => run.details.length > 0);
  const left = candidates.filter(({ alive }) => alive).length;
  const planned = useShown(({ run, runId }) => run.started === null && runId === null);
  const drawn = candidates.filter(({ alive }) => ghosts || alive);
  return (
    <>
      <Panel
        title={cellName(cell)}
        note={`${wordsOf(space).describe(shape)}${
          candidates.length > 0
            ? begun
              ? `; ${integer(left)} of ${integer(candidates.length)} operations remaining`
              : `; ${integer(candidates.length)} candidate operations`
            : ''
        }`}
        className="area-graph"
        csv={candidates.length > 0 ? () => candidateRows(space, cell, candidates) : undefined}
        actions={<ShowPruned {...{ ghosts, setGhosts }} />}
      >
        {planned && <PlannedFigures />}
        {candidates.length > 0 && outline ? (
          <>
            <GraphTools
              {...{ drawings, drawing, words, zoom, setZoom }}
              draw={(next) => {
                setDrawing(next);
                // DARTS draws what was chosen; pruned operations are a press away.
                if (next === 'darts') setGhosts(false);
              }}
              search={setWords}
              found={`${integer(drawn.filter((one) => foundBy(one, words)).length)} of ${integer(drawn.length)}`}
            />
            <div className="graph-place">
              {drawing === 'darts' ? (
                <DartsGraph {...{ cell, candidates, nodes, ghosts, words, zoom }} />
              ) : (
                <CellGraph cell={cell} candidates={candidates} outline={outline} ghosts={ghosts} />
              )}
            </div>
            {drawing === 'candidates' && <GraphLegend />}
          </>
        ) : (
          <p className="empty">
            {begun
              ? `The stage of this ${wordsOf(space).part} has not started: choose an earlier one, or a later step of the run.`
              : `A search starts with every candidate operation in every ${wordsOf(space).part}, and prunes from there. Press Start to watch it.`}
          </p>
        )}
      </Panel>
      <UnitPanel cell={cell} candidate={candidates.find((one) => one.unit === unit)} />
    </>
  );
}

function ShowPruned({
  ghosts,
  setGhosts,
}: {
  ghosts: boolean;
  setGhosts: (ghosts: boolean) => void;
}) {
  return (
    <label className="chip">
      <input
        type="checkbox"
        checked={ghosts}
        onChange={(event) => setGhosts(event.target.checked)}
      />
      <span>Show pruned</span>
    </label>
  );
}

function WholeNetwork() {
  const picture = useRef<SVGSVGElement>(null);
  const begun = useShown(({ run }) => run.details.length > 0);
  const planned = useShown(({ run, runId }) => run.started === null && runId === null);
  const side = use(RunSide);
  const [ghosts, setGhosts] = useState(true);
  const drawing = drawingOf(useSpace());
  const { Whole, Legend } = drawing;
  return (
    <Panel
      title="Whole network"
      note={planned ? 'the super-net that Start would build' : 'the remaining network at this step'}
      className="area-network"
      csv={begun ? () => operationRows(side()) : undefined}
      drawing={() => picture.current}
      actions={drawing.ghosts && begun ? <ShowPruned {...{ ghosts, setGhosts }} /> : undefined}
    >
      {planned && <PlannedFigures />}
      {begun || planned ? (
        <>
          <div
            className="network-place"
            tabIndex={0}
            role="region"
            aria-label="Picture of the network"
          >
            <Whole ref={picture} ghosts={ghosts} />
          </div>
          {Legend && <Legend />}
        </>
      ) : (
        <p className="empty">
          The remaining network of a search is drawn here and can be saved as SVG or PNG. Press
          Start.
        </p>
      )}
    </Panel>
  );
}

function GraphLegend() {
  return (
    <ul className="legend unit-legend">
      <li>
        <svg width="26" height="10" aria-hidden="true">
          <rect y="2.5" width="26" height="5" rx="2.5" fill="var(--sunken)" />
          <rect y="2.5" width="18" height="5" rx="2.5" fill="var(--operation)" />
          <path d="M9 0v10" stroke="var(--text)" strokeWidth="1.5" />
        </svg>
        importance, and the threshold it must exceed
      </li>
      <li>
        <svg width="20" height="10" aria-hidden="true">
          <rect x=".5" y="3" width="18" height="4" rx="2" fill="none" stroke="var(--faint)" />
        </svg>
        pruned
      </li>
      <li>
        <svg width="20" height="10" aria-hidden="true">
          <rect y="2.5" width="19" height="5" rx="2.5" fill="var(--regrown)" />
        </svg>
        regrown
      </li>
      <li className="axis-name">lines: strongest active operation</li>
    </ul>
  );
}
