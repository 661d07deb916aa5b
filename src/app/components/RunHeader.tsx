/** Over every view of a run: which run is on screen, where it stands, its figures, and the buttons that act on it. */
import { useState } from 'react';
import { download } from '../commands.ts';
import { useView, viewHref } from '../router.ts';
import { isLive, isSteerable, newestRun, useShownRun } from '../sessions/shown-run.ts';
import { newSearch } from '../sessions/search.ts';
import { activeStates } from '../sessions/search-client.ts';
import { SettingsProblem } from '../settings/SettingsProblem.tsx';
import { PresetChoice } from '../settings/PresetChoice.tsx';
import { CopyLink } from '../share/CopyLink.tsx';
import { lab, useLab } from '../store/store.ts';
import { printSummary } from '../summary/print.ts';
import { ContinueButton } from './ContinueButton.tsx';
import { DownloadIcon, PrintIcon, SlidersIcon } from './icons.tsx';
import { RunButtons } from './RunButtons.tsx';
import { RunFigures } from './RunFigures.tsx';
import { RunSentence } from './RunSentence.tsx';
import { RunTitle } from './RunTitle.tsx';
import { SteerBar } from './SteerBar.tsx';
import { TimeEstimate } from './TimeEstimate.tsx';

export function RunHeader() {
  const shown = useShownRun();
  const steerable = useLab((s) => isSteerable(s) && s.run.started !== null);
  const [steering, setSteering] = useState(false);
  return (
    <>
      <section className="run-header" aria-label="Search">
        <RunButtons />
        <div className="standing">
          <RunTitle />
          <RunSentence shown={shown} />
        </div>
        {shown.id === null ? (
          <div className="next-search">
            <PresetChoice />
            <TimeEstimate />
          </div>
        ) : (
          <RunFigures />
        )}
        <div className="buttons">
          {steerable && (
            <button
              type="button"
              aria-expanded={steering}
              title="Change the target, lambda and learning rates while the search runs"
              onClick={() => setSteering(!steering)}
            >
              Steer
            </button>
          )}
          <DownloadButton />
          <ContinueButton />
          <RunningSearchLink />
          <NewSearchButton />
          <SettingsButton />
          {shown.id !== null && <PrintButton />}
          <CopyLink />
        </div>
      </section>
      {steerable && steering && <SteerBar />}
      <SettingsProblem />
    </>
  );
}

function SettingsButton() {
  return (
    <button
      type="button"
      aria-label="Settings"
      title="Settings of the next search (,)"
      onClick={() => lab.setState({ dialog: 'settings' })}
    >
      <SlidersIcon /> <span className="wide">Settings</span>
    </button>
  );
}

function PrintButton() {
  return (
    <button
      type="button"
      className="copy-link print-button"
      aria-label="Print a summary"
      title="Print a summary of the run on one page"
      onClick={printSummary}
    >
      <PrintIcon />
    </button>
  );
}

function DownloadButton() {
  const ready = useLab((s) => newestRun(s).architecture !== null);
  const begun = useLab((s) => newestRun(s).started !== null);
  if (!begun) return null;
  return (
    <button
      type="button"
      className={ready ? 'primary' : ''}
      onClick={download}
      disabled={!ready}
      aria-label="Download architecture"
      title={
        ready
          ? 'Download architecture (D)'
          : 'Available once the search has finished or was stopped'
      }
    >
      <DownloadIcon /> <span className="wide">Download</span>
    </button>
  );
}

function NewSearchButton() {
  const over = useLab(
    (s) => !activeStates.includes(s.state) && (s.state !== 'idle' || newestRun(s).started !== null),
  );
  if (!over) return null;
  return (
    <button type="button" onClick={newSearch}>
      New search
    </button>
  );
}

/** While another run is on screen: nothing here acts on the search of this tab. */
function RunningSearchLink() {
  const view = useView();
  const hidden = useLab((s) => !isLive(s) && activeStates.includes(s.state));
  if (!hidden) return null;
  return (
    <a className="button" href={viewHref(view, null)}>
      Show the running search
    </a>
  );
}
