import { existsSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { offline } from './scripts/vite/offline.ts';
import { publishedSchemas } from './scripts/vite/schemas.ts';
import { contentSecurityPolicy, securityHeaders } from './scripts/vite/policy.ts';

export default defineConfig({
  // Whether `npm run fashion-mnist` has set up all 60,000 images.
  define: {
    __FULL_FASHION_MNIST__: existsSync(
      new URL('public/data/fashion-mnist-full/train-images-idx3-ubyte.gz', import.meta.url),
    ),
  },
  base: './',
  plugins: [react(), contentSecurityPolicy(), publishedSchemas(), offline()],
  worker: { format: 'es' },
  // Two copies of tfjs-core in one bundle lose the backend registry.
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  // Fonts as data would need a policy that allows them.
  build: { target: 'es2022', assetsInlineLimit: 0 },
  preview: { headers: securityHeaders },
});
