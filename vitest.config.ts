import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        // Without state of their own beyond a module's constants: one process serves many files, which saves loading
        // TensorFlow.js for each.
        extends: true,
        test: {
          name: 'shared',
          include: ['src/{app,domain,kernels,protocol}/**/*.test.{ts,tsx}'],
          isolate: false,
        },
      },
      {
        // With a database, tensors or an environment that the next file must not find.
        extends: true,
        test: {
          name: 'alone',
          include: [
            'src/{datasets,engine,storage}/**/*.test.{ts,tsx}',
            '{workers,cli,bench,scripts}/**/*.test.{ts,tsx}',
          ],
        },
      },
    ],
    environment: 'node',
    // Not threads: WebGPU's driver is chosen through the environment, which a thread only has a copy of.
    pool: 'forks',
    // The software adapter uses every core by itself.
    maxWorkers: 2,
    // Only a test that hangs shall meet it: beside other work, compiling a network's programs for the software adapter
    // alone has taken two minutes.
    testTimeout: 400_000,
    hookTimeout: 400_000,
    // `npm run coverage`.
    coverage: {
      include: ['{src,workers,cli}/**/*.{ts,tsx}'],
      exclude: ['**/*.test.*', '**/testing/**', '**/testing.ts', '**/*.d.ts'],
      reporter: ['html', 'json-summary'],
      reportOnFailure: true,
    },
  },
});
