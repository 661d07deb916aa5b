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
import './recorded/recorded.css';
import './fork/fork.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { keepOffline } from './offline.ts';
import { openRecording } from './recorded/opening.ts';
import { openLink, watchLinks } from './share/link.ts';
import { listDatasets } from './sessions/datasets.ts';
import { openLibrary } from './store/library.ts';
import { probeDevice } from './sessions/search.ts';

openLink();
watchLinks();
void openLibrary().then(openRecording);
void listDatasets();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
void probeDevice();
keepOffline();
