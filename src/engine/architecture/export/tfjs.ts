/**
 * Writes a trained architecture as a TensorFlow.js graph model: `tf.loadGraphModel` opens it. Input `image`,
 * [N, height, width, channels], normalized as the metadata says; output `logits`, [N, classes]. N is free.
 */
import type { MeasuredLatency } from '../../train/latency.ts';
import type { Trained } from '../../train/trained.ts';
import { networkOf } from '../../train/trained.ts';
import { engineVersion } from '../../version.ts';
import { modelCard } from './card.ts';
import { writeGraph } from './graph.ts';
import { TfjsWriter } from './tfjs-writer.ts';
import type { GraphNode, WeightEntry } from './tfjs-writer.ts';

export const weightsFile = 'weights.bin';

export interface TfjsFiles {
  /** Contents of model.json. */
  readonly model: TfjsModel;
  /** Contents of `weightsFile`, which must lie beside it. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

export interface TfjsModel {
  readonly format: 'graph-model';
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly signature: object;
  readonly userDefinedMetadata: object;
  readonly modelTopology: {
    readonly node: readonly GraphNode[];
    readonly versions: { readonly producer: number };
  };
  readonly weightsManifest: readonly [
    { readonly paths: readonly string[]; readonly weights: readonly WeightEntry[] },
  ];
}

export function exportTfjs(trained: Trained, latency: MeasuredLatency | null = null): TfjsFiles {
  const network = networkOf(trained);
  const writer = new TfjsWriter(network);
  const output = writeGraph(network, writer);
  writer.nodes.find(({ name }) => name === output)!.name = 'logits';
  const { imageSize, imageChannels, classNames } = trained.architecture.dataset;
  const value = (name: string, dims: number[]) => ({
    [name]: {
      name: `${name}:0`,
      dtype: 'DT_FLOAT',
      tensorShape: { dim: [-1, ...dims].map((size) => ({ size: String(size) })) },
    },
  });
  return {
    model: {
      format: 'graph-model',
      generatedBy: `MGAS Lab ${engineVersion}`,
      convertedBy: null,
      signature: {
        inputs: value('image', [imageSize, imageSize, imageChannels]),
        outputs: value('logits', [classNames.length]),
      },
      userDefinedMetadata: { card: modelCard(network, trained, latency) },
      modelTopology: { node: writer.nodes, versions: { producer: 987 } },
      weightsManifest: [{ paths: [weightsFile], weights: writer.entries }],
    },
    weights: writer.bytes(),
  };
}
