/** A titled part of a view; a chart's panel can be turned into a table. */
import { use, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Plot } from '../charts/Plot.tsx';
import type { PlotProps } from '../charts/Plot.tsx';
import { PlotTable } from '../charts/PlotTable.tsx';
import { panelFile } from '../charts/panel-file.ts';
import type { PanelCsv } from '../charts/panel-file.ts';
import { plotFile } from '../charts/save.ts';
import type { SaveKind } from '../charts/save.ts';
import { SaveMenu } from '../charts/SaveMenu.tsx';
import { integer } from '../format.ts';
import { RunSide } from '../store/store.ts';
import { TableIcon } from './icons.tsx';

interface PanelProps {
  title: string;
  /** Unit of what is shown, or a word on how to read it. */
  note?: ReactNode;
  actions?: ReactNode;
  className?: string;
  /** It can be saved as CSV, PNG and SVG. */
  csv?: PanelCsv;
  /** What is saved as PNG and SVG in place of the whole panel. */
  drawing?: () => SVGSVGElement | null;
  /** The panel itself scrolls: the keyboard must reach it. */
  scrolls?: boolean;
  children: ReactNode;
}

export function Panel({
  title,
  note,
  actions,
  className = '',
  csv,
  drawing,
  scrolls,
  children,
}: PanelProps) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  return (
    <section
      ref={panel}
      className={`panel ${className}`}
      aria-labelledby={id}
      tabIndex={scrolls ? 0 : undefined}
    >
      <header>
        <h2 id={id}>{title}</h2>
        {note && <p className="note">{note}</p>}
        {(actions || csv) && (
          <div className="panel-actions">
            {actions}
            {csv && (
              <SaveMenu of={title} make={(kind) => panelFile(kind, panel.current!, csv, drawing)} />
            )}
          </div>
        )}
      </header>
      {children}
    </section>
  );
}

export interface LegendItem {
  label: string;
  color: string;
  mark: 'line' | 'dash' | 'dots' | 'light' | 'dot';
}

export function Legend({ items }: { items: readonly LegendItem[] }) {
  return (
    <ul className="legend">
      {items.map(({ label, color, mark }) => (
        <li key={label}>
          <svg width="20" height="8" aria-hidden="true" style={{ color: `var(--${color})` }}>
            {mark === 'dot' ? (
              <circle cx="10" cy="4" r="3.5" fill="currentColor" />
            ) : (
              <line
                x1="0"
                x2="20"
                y1="4"
                y2="4"
                stroke="currentColor"
                strokeWidth={mark === 'light' ? 1.5 : 2.5}
                strokeOpacity={mark === 'light' ? 0.5 : 1}
                strokeDasharray={mark === 'dash' ? '7 3' : mark === 'dots' ? '2 3' : undefined}
              />
            )}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

interface PlotPanelProps extends PlotProps {
  title: string;
  note?: string;
  legend: readonly LegendItem[];
  className?: string;
  /** Above the chart: the figures that matter most. */
  children?: ReactNode;
}

export function PlotPanel({ title, note, legend, className, children, ...plot }: PlotPanelProps) {
  const [asTable, setAsTable] = useState(false);
  const side = use(RunSide);
  const { select, formatY, formatTick = formatY, xUnit = 'step' } = plot;
  const make = (kind: SaveKind): Promise<Blob> =>
    plotFile(kind, {
      title,
      data: select(side()),
      xUnit,
      style: { formatX: integer, formatY: formatTick },
    });
  return (
    <Panel
      title={title}
      note={note}
      className={className}
      actions={
        <>
          <TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of={title} />
          <SaveMenu of={title} make={make} />
        </>
      }
    >
      {children}
      {asTable ? (
        <PlotTable {...plot} />
      ) : (
        <>
          <Legend items={legend} />
          <Plot {...plot} />
        </>
      )}
    </Panel>
  );
}

export function TableToggle({ on, toggle, of }: { on: boolean; toggle: () => void; of: string }) {
  return (
    <button
      type="button"
      className="icon-button small"
      aria-pressed={on}
      aria-label={`${of} as a table`}
      title={on ? 'Show the chart' : 'Show as a table'}
      onClick={toggle}
    >
      <TableIcon />
    </button>
  );
}
