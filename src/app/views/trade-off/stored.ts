/** Runs from storage in the trade-off: each by the network it ended with, on the same images. */
import { useMemo } from 'react';
import { useRecordings } from '../../recorded/recordings.ts';
import { useLibrary } from '../../store/library-state.ts';
import { useShown } from '../../store/store.ts';
import type { TradeOffRun } from './points.ts';
import { stageCount } from '../../../domain/spaces/registry.ts';

const most = 40;

export function useStoredRuns(): readonly TradeOffRun[] {
  const records = useLibrary(({ runs }) => runs);
  const dataset = useShown(({ run }) => run.started?.dataset.name ?? null);
  return useMemo(
    () =>
      (records ?? [])
        .filter(
          (record) =>
            record.status === 'finished' && (dataset === null || record.dataset.name === dataset),
        )
        .slice(0, most)
        .flatMap(
          ({ id, name, settings, summary: { step, stage, accuracy, images = 0, parameters } }) => {
            if (accuracy === null || parameters === null) return [];
            const point = {
              step,
              stage: stage ?? stageCount(settings.space),
              accuracy,
              images,
              parameters: parameters.active,
              whole: true,
            };
            return [
              {
                id,
                name,
                seed: settings.seed,
                target: settings.targetParameters,
                current: false,
                points: [point],
              },
            ];
          },
        ),
    [records, dataset],
  );
}

/** The recorded searches that ship with the lab, each by the network it ended with. */
export function useRecordedRuns(): readonly TradeOffRun[] {
  const list = useRecordings((s) => s.list);
  const dataset = useShown(({ run }) => run.started?.dataset.name ?? null);
  return useMemo(
    () =>
      (list ?? [])
        .filter((recorded) => dataset === null || recorded.dataset === dataset)
        .flatMap(({ id, title, seed, targetParameters, result }) =>
          result.accuracy === null
            ? []
            : [
                {
                  ...{ id, seed, name: `${title}, recorded`, target: targetParameters },
                  current: false,
                  points: [
                    {
                      ...{ step: result.steps, stage: 0, accuracy: result.accuracy },
                      ...{ images: result.images ?? 0, parameters: result.parameters },
                      whole: true,
                    },
                  ],
                },
              ],
        ),
    [list, dataset],
  );
}
