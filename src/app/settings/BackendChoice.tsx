/** What the next search runs on. */
import { backendNames } from '../components/backend-names.ts';
import type { BackendChoice as Backend } from '../../protocol/messages.ts';
import { chooseBackend } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';

export function BackendChoice() {
  const backend = useLab((s) => s.backend);
  const probe = useLab((s) => s.probe);
  return (
    <div className="field inline">
      <label htmlFor="backend">Run on</label>
      <select
        id="backend"
        value={backend}
        onChange={(event) => chooseBackend(event.target.value as Backend)}
      >
        {(Object.keys(backendNames) as Backend[]).map((choice) => (
          <option
            key={choice}
            value={choice}
            disabled={probe !== null && !probe.backends.includes(choice)}
          >
            {backendNames[choice]}
            {probe && !probe.backends.includes(choice) ? ', not available here' : ''}
          </option>
        ))}
      </select>
    </div>
  );
}
