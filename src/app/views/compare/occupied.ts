/** What else has the graphics device. */
import { activeStates } from '../../../protocol/client.ts';
import { useLab } from '../../store/store.ts';
import { isTraining, useTraining } from '../retrain/session.ts';

/** In words; null = nothing. A paused search or training leaves it alone. */
export function useOccupied(): string | null {
  const searching = useLab((s) => activeStates.includes(s.state) && s.state !== 'paused');
  const training = useTraining((s) => isTraining(s) && s.state !== 'paused');
  return searching ? 'A search' : training ? 'A training' : null;
}
