/** One screen: what is set, what is going on, and one of the views on it. */
import { lazy, Suspense, useEffect, useState } from 'react';
import type { ComponentType } from 'react';
import { copy } from './copy.ts';
import { useShortcuts } from './commands.ts';
import { Header } from './components/Header.tsx';
import { Notices } from './components/Notices.tsx';
import { RunGate, useRunOfAddress } from './components/RunGate.tsx';
import { RunHeader } from './components/RunHeader.tsx';
import { Scrubber } from './components/Scrubber.tsx';
import { AdapterDialog } from './components/AdapterDialog.tsx';
import { ShortcutsDialog } from './components/ShortcutsDialog.tsx';
import { StageTrack } from './components/StageTrack.tsx';
import { RecordingsBar } from './recorded/RecordingsBar.tsx';
import { routeNow, useLearnStop, useView, viewNames } from './router.ts';
import { SettingsDialog } from './settings/SettingsDialog.tsx';
import { usePrinting } from './summary/print.ts';
import { shownState, useLab } from './store/store.ts';
import { WhyDialog } from './why/WhyDialog.tsx';
import { viewDefinitions } from './views/registry.ts';
import type { View } from './views/registry.ts';
import type { ViewDefinition } from './views/view.ts';

/** Each loaded when it is first shown; the one in the address already now, before anything is drawn. */
const components = new Map<View, ComponentType>(
  viewDefinitions.map(({ id, load }) => [id, lazy<ComponentType>(load)]),
);
void viewDefinitions.find(({ id }) => id === routeNow().view)?.load();
const Tour = lazy(() => import('./learn/Tour.tsx').then(({ Tour }) => ({ default: Tour })));

export function App() {
  const view = useView();
  const stop = useLearnStop();
  const { controls } = definitionOf(view);
  useShortcuts();
  useRunOfAddress();
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to {viewNames[view].toLowerCase()}
      </a>
      <Header />
      {controls && <RunHeader />}
      <Notices device={view !== 'library' && view !== 'data'} />
      {controls && (
        <>
          <StageTrack />
          <Scrubber />
          <RecordingsBar />
        </>
      )}
      <main id="main" aria-label={viewNames[view]} data-view={view}>
        <ShownView view={view} />
      </main>
      {stop !== null && (
        <Suspense fallback={null}>
          <Tour index={stop} />
        </Suspense>
      )}
      {controls && <PrintedSummary />}
      <SettingsDialog />
      <ShortcutsDialog />
      <AdapterDialog />
      <WhyDialog />
    </>
  );
}

/** Views of a run print its summary; others print themselves. */
function PrintedSummary() {
  const printing = usePrinting();
  const begun = useLab((s) => shownState(s).run.started !== null);
  // Loaded beforehand: the browser does not wait with printing.
  const [Summary, setSummary] = useState<ComponentType | null>(null);
  useEffect(() => {
    if (begun)
      void import('./summary/Summary.tsx').then((module) => setSummary(() => module.default));
  }, [begun]);
  return printing && begun && Summary ? <Summary /> : null;
}

const definitionOf = (view: View): ViewDefinition => viewDefinitions.find(({ id }) => id === view)!;

function ShownView({ view }: { view: View }) {
  const { needsRun } = definitionOf(view);
  const Component = components.get(view)!;
  const shown = (
    <Suspense fallback={<p className="empty">{copy.loadingView}</p>}>
      <Component />
    </Suspense>
  );
  return needsRun ? <RunGate>{shown}</RunGate> : shown;
}
