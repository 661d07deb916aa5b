/** Every export format as named files, for a shell to write and a page to download. */
import { zipSync } from 'fflate';
import type { ExportFormat } from '../../../domain/export-formats.ts';
import type { MeasuredLatency } from '../../train/latency.ts';
import type { Trained } from '../../train/trained.ts';
import { networkOf } from '../../train/trained.ts';
import { modelCard } from './card.ts';
import { exportOnnx } from './onnx.ts';
import { exportPyTorch } from './pytorch.ts';
import { trainScript } from './pytorch-train.ts';
import { exportTfjs, weightsFile } from './tfjs.ts';

export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const text = (name: string, content: string): ExportedFile => ({
  name,
  bytes: new TextEncoder().encode(content),
});

/** One exporter a format: a format without one does not compile. */
const exporters: Readonly<
  Record<ExportFormat, (trained: Trained, latency: MeasuredLatency | null) => ExportedFile[]>
> = {
  onnx: (trained, latency) => [{ name: 'network.onnx', bytes: exportOnnx(trained, latency) }],
  pytorch: (trained, latency) => {
    const { module, weights } = exportPyTorch(trained, latency);
    return [
      text('network.py', module),
      text('train.py', trainScript),
      { name: 'weights.npz', bytes: weights },
    ];
  },
  tfjs: (trained, latency) => {
    const { model, weights } = exportTfjs(trained, latency);
    return [text('model.json', JSON.stringify(model)), { name: weightsFile, bytes: weights }];
  },
  json: (trained) => [
    text('architecture.json', `${JSON.stringify(trained.architecture, null, 2)}\n`),
    text('trained.json', `${JSON.stringify(trained)}\n`),
  ],
};

/**
 * With a card.json that states size, work, expected accuracy, and latency where it was measured (null = it was not).
 * @throws ArchitectureError where the input contradicts itself.
 */
export function exportFiles(
  trained: Trained,
  format: ExportFormat,
  latency: MeasuredLatency | null = null,
): ExportedFile[] {
  const card = modelCard(networkOf(trained), trained, latency);
  return [
    ...exporters[format](trained, latency),
    text('card.json', `${JSON.stringify(card, null, 2)}\n`),
  ];
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
