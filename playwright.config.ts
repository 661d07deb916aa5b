import { defineConfig } from '@playwright/test';

const port = 4179;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/browser',
  // The software WebGPU adapter takes every core there is: tests side by side would only starve each other.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${port}`,
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
    command: `npx vite build --logLevel warn && npx vite preview --port ${port} --strictPort`,
    url: `http://localhost:${port}`,
    timeout: 120_000,
  },
});
