/** Why a stage ended, as page and shell report it. */
import type { SearchEvent } from './events.ts';

type StageEnd = Extract<SearchEvent, { type: 'stage-finished' }>['reason'];

export const stageEnds: Readonly<Record<StageEnd, string>> = {
  'goal-reached': 'target reached',
  'nothing-pruned': 'nothing left to prune',
  'max-epochs': 'stopped at the epoch limit',
};
