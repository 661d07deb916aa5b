import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,workers,cli,bench,scripts}/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Not threads: WebGPU's driver is chosen through the environment, which a thread only has a copy of.
    pool: 'forks',
    // The software adapter uses every core by itself.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
