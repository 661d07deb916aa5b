/** Lets the browser keep the lab for use without a network, and offers a newer version once it is there in full. */
import { library } from './store/library-state.ts';

export function keepOffline(): void {
  // Not in development, where files change; nor over plain http, where browsers have no service workers.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Without it the lab works all the same, as long as there is a network.
  navigator.serviceWorker
    .register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' })
    .then(offerUpdates)
    .catch(() => {});
}

function offerUpdates(registration: ServiceWorkerRegistration): void {
  const offer = (): void => {
    // The first version of all replaces none.
    if (registration.waiting && navigator.serviceWorker.controller)
      library.setState({ update: registration.waiting });
  };
  offer();
  registration.addEventListener('updatefound', () =>
    registration.installing?.addEventListener('statechange', offer),
  );
}

/** Every tab that shows the old version is to be reloaded: its files are gone. */
export function takeUpdate(): void {
  const { update } = library.getState();
  if (!update) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  });
  update.postMessage('take-over');
}
