/** The recorded searches that ship with the lab, in the library. */
import { useState } from 'react';
import { measuredText } from '../../domain/accuracy.ts';
import { copy } from '../copy.ts';
import { Panel } from '../components/Panel.tsx';
import { compact, duration, integer } from '../format.ts';
import { viewHref } from '../router.ts';
import { opensWithRecording, setOpensWithRecording } from './opening.ts';
import { useRecordings } from './recordings.ts';

/** @param chosen ids of the runs that are compared. */
export function RecordedRuns({
  chosen,
  choose,
}: {
  chosen: readonly string[];
  choose: (id: string, on: boolean) => void;
}) {
  const list = useRecordings((s) => s.list);
  const [opens, setOpens] = useState(opensWithRecording);
  if (!list || list.length === 0) return null;
  return (
    <Panel title={copy.recordedSearches} note="ship with the lab" csv="table">
      <div
        className="recorded-runs"
        role="region"
        aria-label="Recorded searches, table"
        tabIndex={0}
      >
        <table>
          <thead>
            <tr>
              <th scope="col">Search</th>
              <th scope="col">Data set</th>
              <th scope="col">Parameters</th>
              <th scope="col">{copy.validationAccuracy}</th>
              <th scope="col">Recorded</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {list.map(
              ({ id, title, dataset, seed, targetParameters, result, recorded, adapter }) => (
                <tr key={id}>
                  <th scope="row">
                    <label>
                      <input
                        type="checkbox"
                        checked={chosen.includes(id)}
                        onChange={(event) => choose(id, event.target.checked)}
                        aria-label={`Compare ${title}`}
                        title={copy.chooseTwo}
                      />{' '}
                      {title}
                    </label>
                  </th>
                  <td>
                    {dataset}, seed {seed}
                  </td>
                  <td>
                    {compact(result.parameters)}{' '}
                    <small>of at most {integer(targetParameters)}</small>
                  </td>
                  <td>
                    {result.accuracy === null
                      ? '\u2013'
                      : measuredText(result.accuracy, result.images)}
                  </td>
                  <td>
                    {recorded.slice(0, 10)}{' '}
                    <small>
                      {duration(1000 * result.seconds)} on {adapter}
                    </small>
                  </td>
                  <td>
                    <a className="button primary" href={viewHref('overview', id)}>
                      Play
                    </a>
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
      <label className="recorded-opens">
        <input
          type="checkbox"
          checked={opens}
          onChange={(event) => {
            setOpens(event.target.checked);
            setOpensWithRecording(event.target.checked);
          }}
        />
        Open the lab with a recorded search
      </label>
    </Panel>
  );
}
