/// <reference lib="webworker" />
/**
 * Keeps every file of the lab, so that it opens and searches without a network. A new version waits until no tab shows
 * the old one: a search must not lose the files it still loads.
 */
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

/** Written by the build: scripts/vite/offline.ts. */
declare const __FILES__: { url: string; revision: string | null }[];

const scope = globalThis as unknown as ServiceWorkerGlobalScope;

cleanupOutdatedCaches();
precacheAndRoute(__FILES__);
// The first page, too, finds here what it loads later.
// The reader chose the new version: see offline.ts.
scope.addEventListener('message', ({ data }) => void (data === 'take-over' && scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
