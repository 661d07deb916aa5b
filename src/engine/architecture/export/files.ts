/** Every export format as named files, for a shell to write and a page to download. */
import { zipSync } from 'fflate';
import type { MeasuredLatency } from '../../train/latency.ts';
import type { Trained } from '../../train/trained.ts';
import { networkOf } from '../../train/trained.ts';
import { modelCard } from './card.ts';
import { exportOnnx } from './onnx.ts';
import { exportPyTorch } from './pytorch.ts';
import { exportTfjs, weightsFile } from './tfjs.ts';

export const exportFormats = ['onnx', 'pytorch', 'tfjs', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const text = (name: string, content: string): ExportedFile => ({
  name,
  bytes: new TextEncoder().encode(content),
});

/**
 * With a card.json that states size, work, expected accuracy, and latency where it was measured (null = it was not).
 * @throws ArchitectureError where the input contradicts itself.
 */
export function exportFiles(
  trained: Trained,
  format: ExportFormat,
  latency: MeasuredLatency | null = null,
): ExportedFile[] {
  const card = text(
    'card.json',
    `${JSON.stringify(modelCard(networkOf(trained), trained, latency), null, 2)}\n`,
  );
  switch (format) {
    case 'onnx':
      return [{ name: 'network.onnx', bytes: exportOnnx(trained, latency) }, card];
    case 'pytorch': {
      const { module, weights } = exportPyTorch(trained, latency);
      return [text('network.py', module), { name: 'weights.npz', bytes: weights }, card];
    }
    case 'tfjs': {
      const { model, weights } = exportTfjs(trained, latency);
      return [
        text('model.json', JSON.stringify(model)),
        { name: weightsFile, bytes: weights },
        card,
      ];
    }
    case 'json':
      return [
        text('architecture.json', `${JSON.stringify(trained.architecture, null, 2)}\n`),
        text('trained.json', `${JSON.stringify(trained)}\n`),
        card,
      ];
  }
}

/** The same in one file, for a page to hand over. */
export function exportArchive(
  trained: Trained,
  format: ExportFormat,
  latency: MeasuredLatency | null = null,
): ExportedFile {
  const { dataset, parameters } = trained.architecture;
  const files = Object.fromEntries(
    exportFiles(trained, format, latency).map(({ name, bytes }) => [name, bytes]),
  );
  return {
    name: `mgas-${dataset.name}-${parameters.active}-parameters-${format}.zip`,
    bytes: zipSync(files),
  };
}
