import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serve } from './serve.mjs';

let folder = '';
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mgas-serve-'));
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true });
});

async function open(port: number): Promise<number> {
  const headers = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  };
  const server = await serve(folder, headers, port, false);
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

it('serves the folder with the given headers', async () => {
  const port = await open(47311);
  const page = await fetch(`http://localhost:${port}/`);
  expect(await page.text()).toBe('<p>page</p>');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await fetch(`http://localhost:${port}/absent.js`)).status).toBe(404);
  expect((await fetch(`http://localhost:${port}/../../etc/passwd`)).status).toBe(404);
});

it('lets other pages frame an embedded view, and nothing else', async () => {
  const port = await open(47321);
  const policy = async (query: string): Promise<string | null> =>
    (await fetch(`http://localhost:${port}/${query}`)).headers.get('content-security-policy');
  expect(await policy('')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(await policy('?embed=balance&run=tiny')).toBe("default-src 'none'");
});

it('uses the next port if one is in use', async () => {
  const first = await open(47331);
  expect(await open(first)).toBeGreaterThan(first);
});
