/** One screen: what is set, what is going on, and one of the views on it. */
import { lazy, Suspense } from 'react';
import { useShortcuts } from './commands.ts';
import { ControlBar } from './components/ControlBar.tsx';
import { Fold } from './components/Fold.tsx';
import { Header } from './components/Header.tsx';
import { Notices } from './components/Notices.tsx';
import { RunGate, useRunOfAddress } from './components/RunGate.tsx';
import { Scrubber } from './components/Scrubber.tsx';
import { SetupBar } from './components/SetupBar.tsx';
import { SteerBar } from './components/SteerBar.tsx';
import { ShortcutsDialog } from './components/ShortcutsDialog.tsx';
import { StageTrack } from './components/StageTrack.tsx';
import { RecordingsBar } from './recorded/RecordingsBar.tsx';
import { isSteerable } from './sessions/shown-run.ts';
import { useLearnStop, useView, viewNames } from './router.ts';
import { shownState, useLab } from './store/store.ts';
import { SettingsDialog } from './settings/SettingsDialog.tsx';
import { Overview } from './views/Overview.tsx';

// Not needed at first sight, and the balance view brings a chart library along.
const Balance = lazy(() => import('./views/balance/Balance.tsx'));
const Architecture = lazy(() => import('./views/architecture/Architecture.tsx'));
const Discretization = lazy(() => import('./views/discretization/Discretization.tsx'));
const TradeOff = lazy(() => import('./views/trade-off/TradeOff.tsx'));
const Tour = lazy(() => import('./learn/Tour.tsx').then(({ Tour }) => ({ default: Tour })));
const Events = lazy(() => import('./views/events/Events.tsx'));
const Data = lazy(() => import('./views/data/Data.tsx'));
const Retrain = lazy(() => import('./views/retrain/Retrain.tsx'));
const Compare = lazy(() => import('./views/compare/Compare.tsx'));
const Library = lazy(() => import('./views/library/Library.tsx'));

export function App() {
  const view = useView();
  const stop = useLearnStop();
  const steerable = useLab((s) => isSteerable(s) && s.run.started !== null);
  const started = useLab((s) => shownState(s).run.started !== null);
  useShortcuts();
  useRunOfAddress();
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to {viewNames[view].toLowerCase()}
      </a>
      <Header />
      <ControlBar />
      <Fold label={steerable ? 'Steer' : 'Settings'} folded={started}>
        {steerable ? <SteerBar /> : <SetupBar />}
      </Fold>
      <Notices />
      <StageTrack />
      <Scrubber />
      <RecordingsBar />
      <main id="main" aria-label={viewNames[view]} data-view={view}>
        {view === 'library' && (
          <Suspense fallback={<p className="empty">Loading this view.</p>}>
            <Library />
          </Suspense>
        )}
        {view === 'data' && (
          <Suspense fallback={<p className="empty">Loading this view.</p>}>
            <Data />
          </Suspense>
        )}
        {view === 'compare' && (
          <Suspense fallback={<p className="empty">Loading this view.</p>}>
            <Compare />
          </Suspense>
        )}
        {view !== 'library' && view !== 'data' && view !== 'compare' && (
          <RunGate>
            <Suspense fallback={<p className="empty">Loading this view.</p>}>
              {view === 'overview' && <Overview />}
              {view === 'balance' && <Balance />}
              {view === 'architecture' && <Architecture />}
              {view === 'discretization' && <Discretization />}
              {view === 'trade-off' && <TradeOff />}
              {view === 'events' && <Events />}
              {view === 'retrain' && <Retrain />}
            </Suspense>
          </RunGate>
        )}
      </main>
      {stop !== null && (
        <Suspense fallback={null}>
          <Tour index={stop} />
        </Suspense>
      )}
      <SettingsDialog />
      <ShortcutsDialog />
    </>
  );
}
