/** Why the next search cannot start, and the way to the setting. */
import { WarningIcon } from '../components/icons.tsx';
import { activeStates } from '../sessions/search-client.ts';
import { lab, useLab } from '../store/store.ts';
import { useMemoryObstacle, useProblems } from './use-problems.ts';

export function SettingsProblem() {
  const memory = useMemoryObstacle();
  const problem = useProblems().values().next().value ?? memory;
  const busy = useLab((s) => activeStates.includes(s.state));
  if (!problem || busy) return null;
  return (
    <p className="settings-problem field-problem" role="alert">
      <WarningIcon /> The next search cannot start. {problem}{' '}
      <button type="button" onClick={() => lab.setState({ dialog: 'settings' })}>
        Open the setting
      </button>
    </p>
  );
}
