/** How many images each class has, in both splits. */
import { useState } from 'react';
import type { DatasetSummary } from '../../../protocol/data-messages.ts';
import { Panel, TableToggle } from '../../components/Panel.tsx';
import { integer, percent } from '../../format.ts';
import { TableScroll } from '../../components/TableScroll.tsx';

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

export function ClassBalance({
  summary: { classNames, train, test },
}: {
  summary: DatasetSummary;
}) {
  const [asTable, setAsTable] = useState(false);
  const most = Math.max(...train, ...test, 1);
  const least = Math.min(...train);
  const widest = Math.max(...train);
  return (
    <Panel
      title="Class balance"
      note="images"
      className="area-classes"
      csv={() => [
        ['class', 'training', 'test'],
        ...classNames.map((name, i) => [name, train[i] ?? 0, test[i] ?? 0]),
      ]}
      actions={<TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of="Class balance" />}
    >
      <p className="lead">
        {least === widest
          ? `Balanced: ${integer(least)} training images per class.`
          : `From ${integer(least)} (${classNames[train.indexOf(least)]}) to ${integer(widest)} (${classNames[train.indexOf(widest)]}) training images per class.`}
      </p>
      {asTable ? (
        <TableScroll label="Class balance, table">
          <table>
            <thead>
              <tr>
                <th scope="col">Class</th>
                <th scope="col">Training</th>
                <th scope="col">Share</th>
                <th scope="col">Test</th>
              </tr>
            </thead>
            <tbody>
              {classNames.map((name, i) => (
                <tr key={i}>
                  <th scope="row">{name}</th>
                  <td>{integer(train[i]!)}</td>
                  <td>{percent(train[i]! / Math.max(1, sum(train)))}</td>
                  <td>{integer(test[i]!)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      ) : (
        <>
          <ul className="legend">
            <li>
              <i className="swatch train" /> training
            </li>
            <li>
              <i className="swatch test" /> test
            </li>
          </ul>
          <ul className="class-bars" tabIndex={0} aria-label="Images of each class">
            {classNames.map((name, i) => (
              <li
                key={i}
                aria-label={`${name}: ${integer(train[i]!)} training, ${integer(test[i]!)} test`}
              >
                <span title={name}>{name}</span>
                <span className="class-bar" aria-hidden="true">
                  <i className="train" style={{ width: `${(100 * train[i]!) / most}%` }} />
                  <i className="test" style={{ width: `${(100 * test[i]!) / most}%` }} />
                </span>
                <span aria-hidden="true">{integer(train[i]!)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
