/** The adapter of this browser: what it is, and how long each preset takes on it. */
import { useState } from 'react';
import { presetNames, presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import type { BenchCase } from '../../protocol/bench.ts';
import { adapterName } from '../../protocol/adapter.ts';
import { saveText } from '../download.ts';
import { bytes, durationRange, integer, milliseconds, percent } from '../format.ts';
import { benchFile, benchPresets, stopBench, useAdapterBench } from '../sessions/adapter-bench.ts';
import { useOccupiedByAny } from '../sessions/device.ts';
import { settingsOnSet } from '../sessions/search.ts';
import { chosenImages } from '../sessions/dataset-sources.ts';
import { useDatasets } from '../sessions/datasets-state.ts';
import { timeOf, usePace } from '../store/pace.ts';
import { lab, useLab } from '../store/store.ts';
import { Dialog } from './Dialog.tsx';
import { HeadRow, TableScroll } from './TableScroll.tsx';

export function AdapterDialog() {
  const open = useLab((s) => s.dialog === 'adapter');
  const adapter = useLab((s) => s.probe?.webgpu);
  return (
    <Dialog
      title="This adapter"
      kind="card"
      open={open && Boolean(adapter)}
      onClose={() => lab.setState({ dialog: null })}
    >
      {adapter && <Bench name={adapterName(adapter)} software={adapter.software} />}
    </Dialog>
  );
}

function Bench({ name, software }: { name: string; software: boolean }) {
  const running = useAdapterBench((s) => s.running);
  const results = useAdapterBench((s) => s.results);
  const failures = useAdapterBench((s) => s.problems);
  const occupant = useOccupiedByAny();
  // What takes minutes on a processor is not measured without being asked for.
  const [chosen, setChosen] = useState<readonly PresetName[]>(
    // Large images have to be asked for.
    software ? ['tiny'] : presetNames.filter((name) => presets[name].data.imageSize <= 32),
  );
  const measured = presetNames.filter((preset) => results[preset]);
  const last = measured.at(-1);
  return (
    <div className="adapter-bench">
      <p>
        {name}. A few steps of each preset are timed, in its first stage and with the whole
        super-net, and each kernel separately. No data leaves this browser.
      </p>
      <TableScroll label="Presets on this adapter">
        <table>
          <thead>
            <HeadRow heads={['Preset', 'ms per step', 'Memory', 'Whole search', 'First step']} />
          </thead>
          <tbody>
            {presetNames.map((preset) => (
              <tr key={preset}>
                <th scope="row">
                  <label>
                    <input
                      type="checkbox"
                      checked={chosen.includes(preset)}
                      onChange={({ target }) =>
                        setChosen(
                          presetNames.filter((one) =>
                            one === preset ? target.checked : chosen.includes(one),
                          ),
                        )
                      }
                    />{' '}
                    {preset}
                  </label>
                </th>
                <PresetCells
                  preset={preset}
                  result={results[preset]}
                  failure={failures[preset]}
                  running={running === preset}
                />
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <div className="buttons">
        {running === null ? (
          <button
            type="button"
            className="primary"
            disabled={chosen.length === 0 || occupant !== null}
            title={occupant === null ? undefined : `${occupant} is using the graphics device`}
            onClick={() => void benchPresets(chosen)}
          >
            Measure
          </button>
        ) : (
          <button type="button" onClick={stopBench}>
            Stop measuring
          </button>
        )}
        <button
          type="button"
          disabled={measured.length === 0}
          onClick={() => saveText(benchFile(Date.now()), 'mgas-bench.json')}
        >
          Download JSON
        </button>
      </div>
      {last && (
        <p className="note">
          {results[last]!.kind === 'hardware'
            ? 'Many workgroups run at once here: the kernels use the sizes for graphics cards.'
            : 'A few workgroups run at once here: the kernels use the sizes for software adapters.'}
        </p>
      )}
      {last && <Kernels preset={last} result={results[last]!} />}
    </div>
  );
}

interface PresetCellsProps {
  preset: PresetName;
  result: BenchCase | undefined;
  failure: string | undefined;
  running: boolean;
}

function PresetCells({ preset, result, failure, running }: PresetCellsProps) {
  const set = useDatasets(chosenImages);
  const known = usePace((s) => s.known);
  if (running)
    return (
      <td colSpan={4} role="status">
        Measuring: programs are compiled first.
      </td>
    );
  if (failure)
    return (
      <td colSpan={4} className="field-problem">
        {failure}
      </td>
    );
  if (!result) return <td colSpan={4}>not measured</td>;
  const range = timeOf(known, settingsOnSet(presets[preset]), set, 'webgpu');
  return (
    <>
      <td>{milliseconds(result.msPerStep)}</td>
      <td>{bytes(result.peakBytes)}</td>
      <td>{range ? durationRange(range.least, range.most) : '\u2013'}</td>
      <td>{milliseconds(result.firstStepMs)}</td>
    </>
  );
}

function Kernels({ preset, result }: { preset: PresetName; result: BenchCase }) {
  return (
    <details>
      <summary>
        Kernels of {preset}: {integer(result.dispatches)} dispatches per step
      </summary>
      <TableScroll label={`Kernels of ${preset}`}>
        <table>
          <thead>
            <HeadRow heads={['Kernel', 'Dispatches', 'Time', 'Share', 'Max bytes']} />
          </thead>
          <tbody>
            {result.kernels.map(({ label, dispatches, ms, share, bytes: moved }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{integer(dispatches)}</td>
                <td>{milliseconds(ms)}</td>
                <td>{percent(share)}</td>
                <td>{bytes(moved)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <p className="note">
        {result.clock === 'timestamp'
          ? 'Measured with GPU timestamps.'
          : 'Measured from submission to completion: small kernels appear slower than they are.'}
      </p>
    </details>
  );
}
