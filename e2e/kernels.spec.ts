/** Own kernels in this browser's WebGPU give what their composition of TensorFlow.js operations gives. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, test } from './lab.ts';

interface Bundle {
  compareKernels(): Promise<Record<string, Record<string, unknown>>>;
}

/** The test's own code as one script: nothing of it is in the lab that is shipped. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { dedupe: ['@tensorflow/tfjs-core'] },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('./kernels-page.ts', import.meta.url)),
        formats: ['iife'],
        name: 'kernelsPage',
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((made) =>
    'output' in made ? made.output : [],
  );
  const chunk = outputs.find((output) => output.type === 'chunk');
  if (!chunk) throw new Error('vite made no script');
  return chunk.code;
}

test('WGSL kernels agree with their TensorFlow.js composition in this browser', async ({ lab }) => {
  const code = await bundle();
  const results = await lab.evaluate(async (script) => {
    const { compareKernels } = new Function(`${script}\nreturn kernelsPage;`)() as Bundle;
    return compareKernels();
  }, code);
  expect(Object.keys(results)).toHaveLength(2);
  for (const [name, { gradients, ...errors }] of Object.entries(results)) {
    for (const [what, error] of Object.entries(errors))
      expect(error as number, `${name}: ${what}`).toBeLessThan(1e-4);
    for (const [what, error] of Object.entries(gradients as object))
      expect(error as number, `${name}: ${what}`).toBeLessThan(1e-4);
  }
});
