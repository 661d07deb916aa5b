/** A run that another tab searches, shown as it goes. */
import { refreshLibrary, theStore } from './library.ts';
import { runReleased } from '../../storage/lock.ts';
import { onNews } from '../../storage/news.ts';
import { viewHref } from '../router.ts';
import { library } from './library-state.ts';
import { extendPastRun, showRun } from './replay.ts';

let watched = 0;
let following = Promise.resolve();

/** Shows a run that another tab searches, and what becomes of it. */
export async function watch(id: string): Promise<void> {
  library.setState({ watching: id });
  location.hash = viewHref('overview', id);
  watched = 0;
  const stopListening = onNews(({ runId }) => {
    if (runId === id) void follow(id);
  });
  await follow(id);
  const ended = new AbortController();
  const unsubscribe = library.subscribe(({ watching }) => watching !== id && ended.abort());
  await runReleased(id, ended.signal).catch(() => {});
  unsubscribe();
  await refreshLibrary();
  stopListening();
  if (library.getState().watching === id) library.setState({ watching: null });
}

function follow(id: string): Promise<void> {
  following = following.then(async () => {
    if (library.getState().watching !== id) return;
    const events = await theStore().events(id, watched);
    const count = (await theStore().get(id))?.events ?? 0;
    // Fewer than seen: the search went back to a checkpoint.
    if (watched === 0 || count < watched || events.some(({ type }) => type === 'device-lost')) {
      const all = await theStore().events(id);
      if (await showRun({ id, name: '', events: all })) watched = all.length;
    } else {
      extendPastRun(id, events);
      watched += events.length;
    }
  });
  return following;
}
