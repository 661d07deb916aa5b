/** How the bar of settings ends, before a search and in it: the way to all settings, and what is wrong with one. */
import { lab } from '../store/store.ts';
import { SlidersIcon, WarningIcon } from './icons.tsx';

export function BarEnd({ problem }: { problem: string | null | undefined }) {
  return (
    <>
      <button type="button" onClick={() => lab.setState({ dialog: 'settings' })}>
        <SlidersIcon /> All settings
      </button>
      {problem && (
        <p className="field-problem" role="alert">
          <WarningIcon /> {problem}
        </p>
      )}
    </>
  );
}
