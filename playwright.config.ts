import { defineConfig } from '@playwright/test';
import { freePort } from './e2e/free-port.ts';

// Playwright loads this file again in each worker process: all of them take the port that the first load chose.
process.env.MGAS_TEST_PORT ??= String(await freePort());
const port = Number(process.env.MGAS_TEST_PORT);
/** Not dist/, which `npm start` empties, and one per run: two runs in one checkout must not share it. */
const site = `test-results/site-${port}`;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/browser',
  // A test that computes on the software adapter takes every core, but most wait for the page for most of the time. Two at a time
  // use what one leaves.
  workers: 2,
  timeout: 240_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${port}`,
    // Without it, a click on what is not there waits until the whole test is over its time.
    actionTimeout: 90_000,
    trace: 'retain-on-failure',
    // Tests see every request, and load the data set once; the test of offline use allows it.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        '--headless=new',
        '--no-sandbox', // Chromium refuses its sandbox to root, which is what a container runs as.
        '--enable-unsafe-webgpu', // Without it there is no WebGPU on a software adapter.
        '--use-webgpu-adapter=swiftshader',
        '--disable-background-networking',
        '--no-first-run',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
      ],
    },
  },
  webServer: {
    command: `npx vite build --logLevel warn --outDir ${site} && npx vite preview --outDir ${site} --port ${port} --strictPort`,
    url: `http://localhost:${port}`,
    timeout: 120_000,
  },
});
