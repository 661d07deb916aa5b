/**
 * Writes a trained architecture as a PyTorch module that reads as if a person wrote it, and its weights as .npz. Widths
 * are those that the search left; weight masks are buffers, so that training goes on within them.
 */
import type { Network } from '../../granularity/network.ts';
import type { CandidatePlan, CellPlan } from '../../../domain/spaces/plan.ts';
import type { MeasuredLatency } from '../../train/latency.ts';
import type { Trained } from '../../train/trained.ts';
import { networkOf } from '../../train/trained.ts';
import { cardLines, modelCard } from './card.ts';
import { importanceOf } from './graph.ts';
import { portableFingerprint } from '../../../domain/architecture/fingerprint.ts';
import { npz } from './npz.ts';
import { blocksModule } from './pytorch-blocks.ts';
import { attributeOf, halves, hasMask, stateDict } from './pytorch-state.ts';

export interface PyTorchFiles {
  /** Source of the module. */
  readonly module: string;
  /** Its state dict: .npz. */
  readonly weights: Uint8Array;
}

export function exportPyTorch(
  trained: Trained,
  latency: MeasuredLatency | null = null,
): PyTorchFiles {
  const network = networkOf(trained);
  const card = modelCard(network, trained, latency);
  const { plan } = network;
  const { imageSize, imageChannels, classNames } = card.task;
  const numbers = (values: readonly number[]): string =>
    `[${values.map((value) => Number(value.toPrecision(9))).join(', ')}]`;
  const found = trained.architecture.origin
    ? `the network ${trained.architecture.origin.name}`
    : 'a network found by multi-granularity architecture search';
  const module = `"""${card.producer}: ${docstring(found)}.

${docstring(cardLines(card).join('\n'))}

    model = Network()
    model.load_state_dict(load_weights("weights.npz"))
    model.eval()
    logits = model(model.normalize(images))  # images: bytes, [N, ${imageChannels}, ${imageSize}, ${imageSize}]

train.py beside it trains it from scratch, on one machine or many (torchrun). Masked weights stay masked.
"""

${blocksModule}

CLASSES = [${classNames.map(stringLiteral).join(', ')}]
MEAN = ${numbers(trained.normalization.mean)}
DEVIATION = ${numbers(trained.normalization.deviation)}
IMAGE_SIZE = ${imageSize}
# What a result of train.py is matched with.
ARCHITECTURE = ${stringLiteral(portableFingerprint(trained.architecture))}


def load_weights(path):
    """The trained state dict."""
    with np.load(path) as arrays:
        return {name: torch.from_numpy(arrays[name].copy()) for name in arrays.files}


${plan.cells.map((cell) => cellSource(network, cell)).join('\n\n')}

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        # They move with the module, and are no part of its state dict: the lines above hold them.
        self.register_buffer("mean", torch.tensor(MEAN).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, -1, 1, 1), persistent=False)
        self.stem = nn.Sequential(
            nn.Conv2d(${imageChannels}, ${plan.space.stemChannels}, 3, padding=1, bias=False),
            nn.BatchNorm2d(${plan.space.stemChannels}),
        )
${plan.cells.map(({ shape }) => `        self.cell${shape.index} = Cell${shape.index}()`).join('\n')}
        self.classifier = nn.Linear(${plan.head.inputs.length}, ${classNames.length})

    def forward(self, images):
        stem = self.stem(images)
${plan.cells.map((cell) => `        c${cell.shape.index} = self.cell${cell.shape.index}(${cell.preprocess.map(({ source }) => sourceName(source)).join(', ')})`).join('\n')}
        return self.classifier(c${plan.endCell}.mean(dim=(2, 3)))

    @torch.jit.export
    def normalize(self, images):
        """Bytes, [N, ${imageChannels}, ${imageSize}, ${imageSize}], to what the network was trained on."""
        return (images.float() - self.mean) / self.deviation


if __name__ == "__main__":
    network = Network()
    print(f"{sum(p.numel() for p in network.parameters()):,} parameters, {count_nonzero(network):,} of them not masked")
`;
  return { module, weights: npz(stateDict(network)) };
}

/** Text that cannot end a docstring, nor begin an escape. */
const docstring = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"');

/** JSON's strings are Python's. */
const stringLiteral = (text: string): string => JSON.stringify(text);

const sourceName = (source: number): string => (source < 0 ? 'stem' : `c${source}`);

function cellSource(network: Network, cell: CellPlan): string {
  const { shape, preprocess, candidates, live } = cell;
  const width = (state: number): number => live[state].length;
  const modules = candidates.flatMap((candidate) => {
    const source = moduleSource(network, candidate, width(candidate.from));
    return source ? [`        self.${attributeOf(candidate)} = ${source}`] : [];
  });
  const nodes = range(preprocess.length, live.length).map((to) => nodeSource(network, cell, to));
  const outputs = range(preprocess.length, live.length).map((node) => `s${node}`);
  const reads = preprocess
    .map(({ source }) => (source < 0 ? 'the stem' : `cell ${source}`))
    .join(' and ');
  const states = preprocess.map((_, state) => `s${state}`);
  return `class Cell${shape.index}(nn.Module):
    """${shape.reduction ? 'Reduction cell' : 'Cell'}: reads ${reads}; ${outputs.length} nodes of ${range(preprocess.length, live.length).map(width).join(', ')} channels, ${shape.size} x ${shape.size} pixels."""

    def __init__(self):
        super().__init__()
${preprocess.map((p, slot) => `        self.preprocess${slot} = ${p.split === null ? `relu_conv_bn(${p.inputs.length}, ${p.filters.length})` : reduceSource(p.inputs, p.filters, p.split)}`).join('\n')}
${modules.join('\n')}${modules.length > 0 ? '\n' : ''}
    def forward(self, ${states.join(', ')}):
${preprocess.map((_, slot) => `        s${slot} = self.preprocess${slot}(s${slot})`).join('\n')}
${nodes.join('\n')}
        return ${outputs.length === 1 ? outputs[0] : `torch.cat([${outputs.join(', ')}], dim=1)`}
`.replace(/\n\n\n {4}def forward/, '\n\n    def forward');
}

function nodeSource(net: Network, own: CellPlan, to: number): string {
  const { candidates, live } = own;
  const terms = candidates
    .filter((k) => k.to === to)
    .map((candidate) => {
      const term =
        net.plan.space.form.sum === 'plain'
          ? callSource(candidate)
          : `${importanceOf(net, { cell: own.shape.index, unit: candidate.unit }).toPrecision(9)} * ${callSource(candidate)}`;
      const positions = candidate.outputs.map((id) => live[to].indexOf(id));
      return positions.length === live[to].length
        ? term
        : `spread(${term}, [${positions.join(', ')}], ${live[to].length})`;
    });
  const line = `        s${to} = ${terms.join(' + ')}`;
  return line.length <= 110
    ? line
    : `        s${to} = (\n            ${terms.join('\n            + ')}\n        )`;
}

function callSource(candidate: CandidatePlan): string {
  const input = `s${candidate.from}`;
  const { pool, poolNorm, blocks, reduce } = candidate;
  if (pool) {
    const function_ = pool.pool === 'max' ? 'max_pool' : 'avg_pool';
    const pooled = `${function_}(${input}, stride=${pool.stride})`;
    return poolNorm ? `self.${attributeOf(candidate)}(${pooled})` : pooled;
  }
  if (blocks.length === 0 && !reduce) return input;
  return `self.${attributeOf(candidate)}(${input})`;
}

function moduleSource(
  net: Network,
  { reduce, blocks, stride, poolNorm }: CandidatePlan,
  inputs: number,
): string | null {
  if (reduce) return reduceSource(reduce.inputs, reduce.filters, reduce.split);
  if (poolNorm) return `nn.BatchNorm2d(${inputs})`;
  if (blocks.length === 0) return null;
  const [{ kernel, dilation }] = blocks;
  const masked = hasMask(net, blocks);
  const options = [
    `kernel=${kernel}`,
    ...(stride > 1 ? [`stride=${stride}`] : []),
    ...(dilation > 1 ? [`dilation=${dilation}`] : []),
    ...(masked ? [] : ['masked=False']),
  ];
  return `separable(${inputs}, [${blocks.map(({ filters }) => filters.length).join(', ')}], ${options.join(', ')})`;
}

function reduceSource(
  inputs: readonly number[],
  filters: readonly number[],
  split: number,
): string {
  const [first, second] = halves(filters, split);
  return `FactorizedReduce(${inputs.length}, ${first}, ${second})`;
}

/** from, from + 1, ... end - 1. */
function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, i) => from + i);
}
