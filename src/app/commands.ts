/** Everything a key can do, once: the shortcuts and their list come from here. */
import { useEffect } from 'react';
import { tinykeys } from 'tinykeys';
import { copy } from './copy.ts';
import { downloadArchitecture } from './download.ts';
import { togglePresentation } from './presentation.ts';
import { learnHref } from './router.ts';
import { isSteerable, newestRun } from './sessions/shown-run.ts';
import { changeSpeed, togglePlaying } from './recorded/play.ts';
import { scrubBy, scrubTo, scrubToLandmark } from './store/replay.ts';
import {
  askToStop,
  pauseSearch,
  resumeSearch,
  startSearch,
  stepSearch,
} from './sessions/search.ts';
import { lab } from './store/store.ts';
import { isCharacterKey, singleKeys } from './single-keys.ts';
import { toggleTheme } from './theme.ts';
import { viewCommands } from './view-commands.ts';
import { viewDefinitions } from './views/registry.ts';
import type { Command } from './command.ts';

/** Of the search on screen; a run that is over is played in its place. */
export function togglePause(): void {
  const state = lab.getState();
  if (isSteerable(state)) {
    if (state.state === 'paused') resumeSearch();
    else pauseSearch();
  } else if (newestRun(state).outcome !== null) togglePlaying();
}

/** The architecture of the run on screen. */
export function download(): void {
  const { architecture } = newestRun(lab.getState());
  if (architecture) downloadArchitecture(architecture);
}

export const commands: readonly Command[] = [
  {
    name: 'pause',
    key: 'Space',
    shown: 'Space',
    label: 'Pause or resume the search; play a finished run',
    perform: togglePause,
  },
  { name: 'play-faster', key: '+', label: 'Play faster', perform: () => changeSpeed(1) },
  { name: 'play-slower', key: '-', label: 'Play slower', perform: () => changeSpeed(-1) },
  {
    name: 'step',
    key: '.',
    label: 'Run one step while paused',
    repeats: true,
    perform: stepSearch,
  },
  { name: 'start', key: 's', label: 'Start a search', perform: startSearch },
  {
    name: 'stop',
    key: 'x',
    label: 'Stop the search: pauses it and asks for confirmation',
    perform: askToStop,
  },
  { name: 'download', key: 'd', label: copy.downloadArchitecture, perform: download },
  {
    name: 'back',
    key: 'ArrowLeft',
    shown: '\u2190',
    label: 'Previous step of the run',
    repeats: true,
    perform: () => scrubBy(-1),
  },
  {
    name: 'forward',
    key: 'ArrowRight',
    shown: '\u2192',
    label: 'Next step of the run',
    repeats: true,
    perform: () => scrubBy(1),
  },
  {
    name: 'landmark-before',
    key: 'Shift+ArrowLeft',
    shown: 'Shift \u2190',
    label: 'Previous commit, regrowth or stage',
    repeats: true,
    perform: () => scrubToLandmark(-1),
  },
  {
    name: 'landmark-after',
    key: 'Shift+ArrowRight',
    shown: 'Shift \u2192',
    label: 'Next commit, regrowth or stage',
    repeats: true,
    perform: () => scrubToLandmark(1),
  },
  { name: 'newest', key: 'l', label: 'Follow the latest step', perform: () => scrubTo(null) },
  ...viewCommands(viewDefinitions),
  {
    name: 'settings',
    key: ',',
    label: 'Open the settings of the next search',
    perform: () => lab.setState({ dialog: 'settings' }),
  },
  {
    name: 'tour',
    key: 'g',
    label: 'Start the guided tour',
    perform: () => (location.hash = learnHref(0)),
  },
  {
    name: 'presentation',
    key: 'p',
    label: 'Presentation: large type, no settings',
    perform: togglePresentation,
  },
  { name: 'theme', key: 't', label: 'Switch between light and dark', perform: toggleTheme },
  {
    name: 'shortcuts',
    key: 'Shift+?',
    shown: '?',
    label: 'List the shortcuts',
    perform: () => lab.setState({ dialog: 'shortcuts' }),
  },
];

/** Keys that the focused element uses itself are its own. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target as Element | null;
  if (document.querySelector('dialog[open]')) return true;
  if (
    target?.closest(
      'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]',
    )
  )
    return true;
  if (
    event.key.startsWith('Arrow') &&
    target?.closest('input, canvas, [role=listbox], [role=grid], [role=region], .log')
  )
    return true;
  return (
    event.key === ' ' &&
    Boolean(target?.closest('button, input, summary, [role=button], [role=tab]'))
  );
}

export function useShortcuts(): void {
  useEffect(() => {
    const bindings = commands.map(({ key, perform, repeats }) => {
      const run = (event: KeyboardEvent): void => {
        if (isTaken(event) || (event.repeat && !repeats)) return;
        if (isCharacterKey(key) && !singleKeys.getState().on) return;
        event.preventDefault();
        perform();
      };
      return [key, run] as const;
    });
    return tinykeys(window, Object.fromEntries(bindings));
  }, []);
}
