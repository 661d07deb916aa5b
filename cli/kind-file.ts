/** Keeps what was measured of adapters in the user's cache. */
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { KindStore } from '../src/engine/supernet/webgpu/adapter-kind.ts';
import { writeWhole } from './write-whole.ts';

const path = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mgas-lab', 'adapters.json');

/** What is there, by adapter; a file that is damaged is as good as none. */
async function read(): Promise<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(await readFile(path(), 'utf8'));
    return typeof content === 'object' && content !== null ? { ...content } : {};
  } catch {
    return {};
  }
}

export const kindFile: KindStore = {
  get: async (adapter) => (await read())[adapter],
  async set(adapter, kind) {
    await mkdir(dirname(path()), { recursive: true });
    writeWhole(path(), `${JSON.stringify({ ...(await read()), [adapter]: kind }, null, 2)}\n`);
  },
};
