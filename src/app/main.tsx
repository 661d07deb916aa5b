import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/run-header.css';
import './styles/narrow.css';
import './styles/panels.css';
import './styles/views.css';
import './styles/units.css';
import './styles/learn.css';
import './styles/presentation.css';
import './styles/print.css';
import './recorded/recorded.css';
import './embed/embed.css';
import './fork/fork.css';
import './styles/glossary.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { Embed, EmbedProblem } from './embed/Embed.tsx';
import { readEmbed } from './embed/address.ts';
import type { EmbedAddress } from './embed/address.ts';
import { keepOffline } from './offline.ts';
import { firstFrame, openRecording, preloadOpening } from './recorded/opening.ts';
import { openLink, watchLinks } from './share/link.ts';
import { listDatasets } from './sessions/datasets.ts';
import { openLibrary } from './store/library.ts';
import { probeDevice } from './sessions/search.ts';

const root = createRoot(document.getElementById('root')!);

/** @returns the address of an embedded view, what is wrong with it, or null for the lab itself. */
function embedded(): EmbedAddress | string | null {
  try {
    return readEmbed(new URL(location.href));
  } catch (error) {
    return error instanceof RangeError ? error.message : String(error);
  }
}

/** The workers' scripts are megabytes, TensorFlow.js among them: they wait for the first frame of a recording. */
async function startWorkers(recorded: Promise<boolean>): Promise<void> {
  if (await recorded.catch(() => false)) await firstFrame();
  void listDatasets();
  void probeDevice();
  keepOffline();
}

const embed = embedded();
if (embed === null) {
  openLink();
  watchLinks();
  // Both are read at once: the first frame of the opening recording needs nothing else.
  void preloadOpening();
  const recorded = openLibrary().then(openRecording);
  root.render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  void startWorkers(recorded);
} else {
  root.render(
    <StrictMode>
      {typeof embed === 'string' ? <EmbedProblem problem={embed} /> : <Embed address={embed} />}
    </StrictMode>,
  );
}
