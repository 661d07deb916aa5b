import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  // Two copies of tfjs-core in one bundle lose the backend registry.
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  build: { target: 'es2022' },
});
