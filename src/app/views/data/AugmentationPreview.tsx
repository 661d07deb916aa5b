/** What the present settings make of a few training images: the same draws as in a search. */
import { useEffect, useMemo, useRef } from 'react';
import { copy } from '../../copy.ts';
import type { DatasetSummary } from '../../../protocol/data-messages.ts';
import type { DatasetSource } from '../../../protocol/messages.ts';
import { Panel } from '../../components/Panel.tsx';
import { plural } from '../../format.ts';
import { withValue } from '../../../domain/settings/path.ts';
import { problems } from '../../../domain/settings/problems.ts';
import { changeSettings } from '../../sessions/search.ts';
import { activeStates } from '../../sessions/search-client.ts';
import { useLab } from '../../store/store.ts';
import { drawGrid } from './draw-images.ts';
import { useAnswer } from './use-answer.ts';

const images = 3;
const epochs = 6;
const gap = 4;
const paddings = [0, 1, 2, 4, 8];

export function AugmentationPreview({
  source,
  summary,
}: {
  source: DatasetSource;
  summary: DatasetSummary;
}) {
  const settings = useLab((s) => s.settings);
  const locked = useLab((s) => activeStates.includes(s.state));
  const { data, seed } = settings;
  const set = useMemo(
    () => ({ name: summary.name, train: summary.train.reduce((a, b) => a + b, 0) }),
    [summary],
  );
  const problem = [...problems(settings, set)].find(([path]) => path.startsWith('data.'))?.[1];
  return (
    <Panel
      title="Augmentation"
      note={`at ${data.imageSize} pixels, as in the settings`}
      className="area-augmentation"
    >
      <fieldset
        disabled={locked}
        className="augmentation-settings"
        title={locked ? 'Stop the search to change its settings' : undefined}
      >
        <label>
          <input
            type="checkbox"
            checked={data.randomResizedCrop ?? false}
            onChange={(event) =>
              changeSettings(withValue(settings, 'data.randomResizedCrop', event.target.checked))
            }
          />{' '}
          Random resized crop
        </label>
        <label>
          Crop padding{' '}
          <select
            value={data.cropPadding}
            onChange={(event) =>
              changeSettings(withValue(settings, 'data.cropPadding', Number(event.target.value)))
            }
          >
            {[...new Set([...paddings, data.cropPadding])]
              .sort((a, b) => a - b)
              .map((padding) => (
                <option key={padding} value={padding}>
                  {padding === 0 ? 'none' : plural(padding, 'pixel')}
                </option>
              ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={data.flip}
            onChange={(event) =>
              changeSettings(withValue(settings, 'data.flip', event.target.checked))
            }
          />{' '}
          Flip
        </label>
        <label>
          Cutout{' '}
          <select
            value={data.cutout ?? 0}
            onChange={(event) =>
              changeSettings(withValue(settings, 'data.cutout', Number(event.target.value)))
            }
          >
            {[...new Set([0, 4, 8, 16, data.cutout ?? 0])]
              .sort((a, b) => a - b)
              .map((side) => (
                <option key={side} value={side}>
                  {side === 0 ? 'none' : plural(side, 'pixel')}
                </option>
              ))}
          </select>
        </label>
      </fieldset>
      {problem ? (
        <p className="empty">{problem}</p>
      ) : (
        <Rows source={source} summary={summary} seed={seed} data={data} />
      )}
    </Panel>
  );
}

type RowsProps = {
  source: DatasetSource;
  summary: DatasetSummary;
  seed: number;
  data: Parameters<typeof withValue>[0]['data'];
};

function Rows({ source, summary, seed, data }: RowsProps) {
  const answer = useAnswer('preview', { source, settings: { seed, data }, images, epochs });
  const canvas = useRef<HTMLCanvasElement>(null);
  const preview = answer.state === 'failed' ? null : answer.value;
  useEffect(() => {
    if (preview && canvas.current)
      drawGrid(canvas.current, { ...preview, columns: epochs + 1, cell: 48, gap });
  }, [preview]);
  if (answer.state === 'failed') return <p className="empty">{answer.error.message}</p>;
  if (!preview) return <p className="empty">{copy.loadingImages}</p>;
  return (
    <>
      <p className="note">
        Left: the original image; then its augmentations in the first {epochs} epochs with this
        seed.
      </p>
      <div className="sheet-box" tabIndex={0} role="region" aria-label="Augmented images">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${preview.labels.map((label) => summary.classNames[label]).join(', ')}: each original and in ${epochs} epochs`}
        />
      </div>
    </>
  );
}
