/** All units of a cell at one level against their thresholds, as small multiples by edge; arrow keys choose among them. */
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import type { Granularity } from '../../../domain/granularities.ts';
import { decimal } from '../../format.ts';
import { select, useSelection } from '../selection.ts';
import type { Row, RowGroup } from './rows.ts';
import { UnitRow } from './UnitRow.tsx';

interface UnitListProps {
  label: string;
  level: Granularity;
  groups: readonly RowGroup[];
  span: number;
}

const rowId = ({ key }: Row): string => `unit-${key.replace(' ', '-')}`;

export function UnitList({ label, level, groups, span }: UnitListProps) {
  const { unit, slot } = useSelection();
  const rows = groups.flatMap((group) => group.rows);
  const at = rows.findIndex((row) => row.unit === unit && (unit !== null || row.slot === slot));
  const list = useRef<HTMLDivElement>(null);
  const choose = (row: Row | undefined): void => {
    if (row) select({ unit: row.unit, slot: row.slot });
  };
  // What was selected at another level, or in another cell, may have no row here.
  const first = rows[0];
  useEffect(() => {
    if (at < 0 && first) select({ unit: first.unit, slot: first.slot });
  }, [at, first]);
  const move = (event: KeyboardEvent): void => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(rows[next]);
    if (rows[next])
      document.getElementById(rowId(rows[next]))?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div
      ref={list}
      className="unit-list"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at >= 0 ? rowId(rows[at]!) : undefined}
      data-level={level}
      data-roomy={rows.length <= 40}
      onKeyDown={move}
    >
      {groups.map(({ title, rows: own }) => (
        <div key={title} className="unit-group" role="group" aria-label={title}>
          <p className="unit-title" aria-hidden="true">
            {title}
          </p>
          {own.map((row) => (
            <UnitRow
              key={row.key}
              id={rowId(row)}
              row={row}
              level={level}
              span={span}
              selected={rows[at] === row}
              choose={() => choose(row)}
            />
          ))}
          <p className="unit-axis" aria-hidden="true">
            <span>0</span>
            <span>{level === 'weight' ? decimal(span / 2) : '0.5'}</span>
            <span>{level === 'weight' ? decimal(span) : '1'}</span>
          </p>
        </div>
      ))}
    </div>
  );
}
