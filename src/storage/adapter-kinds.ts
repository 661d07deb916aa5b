/** Keeps what was measured of adapters in the browser, apart from runs: it is measured again where it is gone. */
import { openDB } from 'idb';
import type { KindStore } from '../engine/supernet/webgpu/adapter-kind.ts';

const open = () =>
  openDB('mgas-lab-adapters', 1, {
    upgrade: (database) => void database.createObjectStore('kinds'),
  });

export const kindDatabase: KindStore = {
  async get(adapter) {
    const database = await open();
    const kind: unknown = await database.get('kinds', adapter);
    database.close();
    return kind;
  },
  async set(adapter, kind) {
    const database = await open();
    await database.put('kinds', kind, adapter);
    database.close();
  },
};
