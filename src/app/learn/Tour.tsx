/** The tour's panel, beside the view that its stop speaks of. `#/learn/3` leads to a stop. */
import { WithTerms } from '../components/Term.tsx';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { CloseIcon } from '../components/icons.tsx';
import { download } from '../commands.ts';
import { learnHref, learnViews, openView } from '../router.ts';
import { choosePreset, pauseSearch, startSearch, steer, stepSearch } from '../sessions/search.ts';
import { useCanStart } from '../settings/use-problems.ts';
import { isSteerable, newestRun } from '../sessions/shown-run.ts';
import { lab, shownState, useLab, useShown } from '../store/store.ts';
import { useSpace } from '../store/state-name.ts';
import { presetsLike } from '../../domain/settings/presets.ts';
import { SlowMotionButton } from '../moment/SlowMotion.tsx';
import { usePointer } from './pointer.ts';
import { useCardPlace } from './use-card-place.ts';
import { inSpace, stops } from './stops.ts';
import type { Action } from './stops.ts';

const Formula = lazy(() => import('./Formula.tsx'));

export function Tour({ index }: { index: number }) {
  const stop = stops[index]!;
  const heading = useRef<HTMLHeadingElement>(null);
  const live = useShown(stop.live);
  const space = useSpace();
  const card = useRef<HTMLElement>(null);
  const place = useCardPlace(card, index);
  usePointer(stop.target);
  // Each stop is announced, and read from its title on.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [index]);
  return (
    <aside
      ref={card}
      className="tour"
      aria-label="Guided tour"
      data-docked={place === null}
      style={
        place
          ? { left: place.left, top: place.top, width: place.width, maxHeight: place.height }
          : undefined
      }
    >
      <header>
        <p className="note">
          Stop {index + 1} of {stops.length}
        </p>
        <button
          type="button"
          className="icon-button small"
          aria-label="Leave the tour"
          onClick={() => openView(learnViews[index]!)}
        >
          <CloseIcon />
        </button>
      </header>
      <h2 ref={heading} tabIndex={-1}>
        {stop.title}
      </h2>
      <p>
        <WithTerms text={inSpace(stop.text, space)} />
      </p>
      <Suspense fallback={<div className="formula" />}>
        <Formula tex={inSpace(stop.formula, space)} />
      </Suspense>
      <p className="tour-live" role="status">
        {live}
      </p>
      <StartFirst />
      {stop.slowMotion && <SlowMotionButton cell={0} />}
      {stop.action && <Try key={index} action={stop.action} />}
      <nav aria-label="Stops of the tour">
        {index > 0 ? <a href={learnHref(index - 1)}>Back</a> : <span />}
        <ol>
          {stops.map(({ title }, i) => (
            <li key={title}>
              <a
                href={learnHref(i)}
                aria-label={`Stop ${i + 1}: ${title}`}
                aria-current={i === index ? 'step' : undefined}
                title={title}
              />
            </li>
          ))}
        </ol>
        {index < stops.length - 1 ? (
          <a className="button primary" href={learnHref(index + 1)}>
            Next
          </a>
        ) : (
          <button type="button" className="primary" onClick={() => openView('overview')}>
            Done
          </button>
        )}
      </nav>
    </aside>
  );
}

/** Without a run there is nothing to look at. */
function StartFirst() {
  const idle = useLab(
    (s) =>
      s.run.started === null && s.replay === null && (s.state === 'idle' || s.state === 'failed'),
  );
  const startable = useCanStart();
  if (!idle) return null;
  return (
    <button
      type="button"
      className="primary"
      disabled={!startable}
      onClick={() => {
        // The first of each space is tiny.
        choosePreset(presetsLike(lab.getState().settings)[0] ?? 'tiny');
        startSearch();
      }}
    >
      Start the tiny search
    </button>
  );
}

function Try({ action }: { action: Action }) {
  const [done, setDone] = useState(false);
  const possible = useLab((state) => isPossible(action, state));
  return (
    <div className="tour-try">
      <button
        type="button"
        disabled={!possible}
        onClick={() => {
          if (perform(action)) setDone(true);
        }}
      >
        {action.label}
      </button>
      <p className="note" role="status">
        {done
          ? action.then
          : possible
            ? 'Try it: one change, and see what follows.'
            : 'Available while this tab\u2019s search is running and on screen.'}
      </p>
    </div>
  );
}

function isPossible({ steering }: Action, state: ReturnType<typeof lab.getState>): boolean {
  if (steering === 'download') return newestRun(state).architecture !== null;
  if (!isSteerable(state)) return false;
  return steering === 'pause-and-step' || steering(state) !== null;
}

function perform({ steering }: Action): boolean {
  if (steering === 'download') {
    download();
    return true;
  }
  if (steering === 'pause-and-step') {
    if (lab.getState().state === 'running') {
      pauseSearch();
      const leave = lab.subscribe((state) => {
        if (state.state === 'running') return;
        leave();
        if (state.state === 'paused') stepSearch();
      });
    } else stepSearch();
    return true;
  }
  const change = steering(shownState());
  if (change) steer(change);
  return change !== null;
}
