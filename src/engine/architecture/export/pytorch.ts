/**
 * Writes a trained architecture as a PyTorch module that reads as if a person wrote it, and its weights as .npz. Widths
 * are those that the search left; weight masks are buffers, so that training goes on within them. It walks the graph
 * (`pytorch-modules.ts`): what a cell or an operation is, it does not know.
 */
import type { MeasuredLatency } from '../../train/latency.ts';
import type { Trained } from '../../train/trained.ts';
import { networkOf } from '../../train/trained.ts';
import { cardLines, modelCard } from './card.ts';
import { portableFingerprint } from '../../../domain/architecture/fingerprint.ts';
import { npz } from './npz.ts';
import { blocksModule } from './pytorch-blocks.ts';
import { moduleSource } from './pytorch-layers.ts';
import type { Layer } from './pytorch-layers.ts';
import { classOf, stateDict } from './pytorch-modules.ts';
import type { Attribute, PyTorchClass, Statement } from './pytorch-modules.ts';

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
  const { imageSize, imageChannels, classNames } = card.task;
  const numbers = (values: readonly number[]): string =>
    `[${values.map((value) => Number(value.toPrecision(9))).join(', ')}]`;
  const found = trained.architecture.origin
    ? `the network ${trained.architecture.origin.name}`
    : 'a network found by multi-granularity architecture search';
  const whole = classOf(network);
  const parts = whole.attributes.flatMap((attribute) => ('of' in attribute ? [attribute.of] : []));
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
# The parts that were searched, in order, and the operations that each adds up: train.py drops paths there.
OPERATIONS = {
${parts.map(operationsSource).join('\n')}
}


def load_weights(path):
    """The trained state dict."""
    with np.load(path) as arrays:
        return {name: torch.from_numpy(arrays[name].copy()) for name in arrays.files}


${parts.map(partSource).join('\n\n')}

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        # They move with the module, and are no part of its state dict: the lines above hold them.
        self.register_buffer("mean", torch.tensor(MEAN).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, -1, 1, 1), persistent=False)
${whole.attributes.map(attributeSource).join('\n')}

    def forward(self, images):
${bodySource(whole)}

    @torch.jit.export
    def normalize(self, images):
        """Bytes, [N, ${imageChannels}, ${imageSize}, ${imageSize}], to what the network was trained on."""
        return (images.float() - self.mean) / self.deviation


if __name__ == "__main__":
    network = Network()
    print(f"{sum(p.numel() for p in network.parameters()):,} parameters, {count_nonzero(network):,} of them not masked")
`;
  return { module, weights: npz(stateDict(whole)) };
}

/** Text that cannot end a docstring, nor begin an escape. */
const docstring = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"');

/** JSON's strings are Python's. */
const stringLiteral = (text: string): string => JSON.stringify(text);

const lineLength = 110;

/** `before`, the groups of items and `after` on one line; else a group a line; else an item a line. */
function listed(
  indent: string,
  before: string,
  groups: readonly (readonly string[])[],
  after: string,
): string {
  const line = `${indent}${before}${groups.flat().join(', ')}${after}`;
  if (line.length <= lineLength) return line;
  const inner = `${indent}    `;
  const lines = groups.flatMap((group) =>
    inner.length + group.join(', ').length < lineLength ? [group.join(', ')] : group,
  );
  return `${indent}${before}\n${lines.map((one) => `${inner}${one},`).join('\n')}\n${indent}${after}`;
}

const className = ({ scope }: PyTorchClass): string =>
  scope!.name[0]!.toUpperCase() + scope!.name.slice(1);

function operationsSource({ scope, operations }: PyTorchClass): string {
  const lines: string[] = [];
  for (const name of operations.map((one) => `${stringLiteral(one)},`)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + name.length < lineLength - 8)
      lines[lines.length - 1] = `${line} ${name}`;
    else lines.push(name);
  }
  const inner = lines.map((line) => `        ${line}\n`).join('');
  return `    ${stringLiteral(scope!.name)}: [\n${inner}    ],`;
}

function partSource(part: PyTorchClass): string {
  const { scope, inputs, attributes, result } = part;
  const { length } = result.channels;
  return `class ${className(part)}(nn.Module):
    """${scope!.title}: reads ${inputs.join(' and ')}; ${length} channels of ${result.size} x ${result.size} pixels."""

    def __init__(self):
        super().__init__()
${attributes.map(attributeSource).join('\n')}

    def forward(self, ${inputs.join(', ')}):
${bodySource(part)}
`;
}

function attributeSource(attribute: Attribute): string {
  const assigned = `self.${attribute.name} = `;
  if ('of' in attribute) return `        ${assigned}${className(attribute.of)}()`;
  const { layers } = attribute;
  if (layers.length === 1) return `        ${assigned}${moduleSource(layers)}`;
  return listed('        ', `${assigned}nn.Sequential(`, layerGroups(layers), ')');
}

/** Layers from one activation to the next, as one reads them. */
function layerGroups(layers: readonly Layer[]): string[][] {
  const groups: string[][] = [];
  for (const { source, node } of layers) {
    if (groups.length === 0 || node.kind === 'activation') groups.push([]);
    groups.at(-1)!.push(source);
  }
  return groups;
}

function bodySource({ statements, output }: PyTorchClass): string {
  return statements
    .map(({ variable, terms }: Statement, i) => {
      const isLast = i === statements.length - 1 && variable === output;
      const target = isLast ? 'return ' : `${variable} = `;
      const line = `        ${target}${terms.join(' + ')}`;
      if (line.length <= lineLength || terms.length === 1) return line;
      return `        ${target}(\n            ${terms.join('\n            + ')}\n        )`;
    })
    .join('\n');
}
