/** Lets the browser keep the lab for use without a network. */
export function keepOffline(): void {
  // Not in development, where files change; nor over plain http, where browsers have no service workers.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Without it the lab works all the same, as long as there is a network.
  navigator.serviceWorker.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' }).catch(() => {});
}
