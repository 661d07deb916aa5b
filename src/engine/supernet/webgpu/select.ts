/** Which program computes a node of the graph. A node that none computes is refused by name, never left out. */
import type { Activation, StoredActivation } from '../../../kernels/webgpu/activation.ts';
import type { DepthwiseClass } from '../../../kernels/webgpu/depthwise/window.ts';
import { depthwiseKernels } from '../../../kernels/webgpu/depthwise/window.ts';
import type { Graph, Node, NodeOf, Scope } from '../../../domain/graph/graph.ts';

/** The programs' columns step by the dilation; workgroups are counted for this much. */
export const largestDilation = 2;

/** Channels of an image: it is one quad. */
const imageChannels = 4;

/** @throws RangeError always: a node that is not computed would make a network silently wrong. */
export function refuse(node: Node, what: string): never {
  throw new RangeError(
    `${node.name}: ${what} is not computed by the own WebGPU programs: search without the operation that it belongs to, or choose the CPU or WebGL, in a shell --backend cpu`,
  );
}

/** @throws RangeError for a stride that no program has. */
export const strideOf = (node: Node, stride: number): 1 | 2 =>
  stride === 1 || stride === 2 ? stride : refuse(node, `stride ${stride}`);

/** What a node reads, behind an activation that is applied on loading. */
export interface Read {
  readonly node: Node;
  readonly activation: StoredActivation;
}

export const readOf = ({ inputs: [input] }: Node): Read =>
  input!.kind === 'activation'
    ? { node: input!.inputs[0]!, activation: input!.activation }
    : { node: input!, activation: 'none' };

/** A dense 1x1 convolution of stride 1. */
const isProduct = ({ depthwise, kernel, stride, shift }: NodeOf<'convolution'>): boolean =>
  !depthwise && kernel === 1 && stride === 1 && shift === 0;

/** Whether a node is part of `part`, or of a part of that. */
export function isWithin({ scope }: Node, part: Scope): boolean {
  for (let at = scope; at; at = at.parent) if (at === part) return true;
  return false;
}

/** Who reads whom in a graph, and what parts of it are candidate operations. */
export class GraphIndex {
  private readonly readers = new Map<Node, Node[]>();
  private readonly candidates = new Set<Scope>();

  constructor({ nodes }: Graph) {
    for (const node of nodes) {
      for (const input of node.inputs)
        this.readers.set(input, [...(this.readers.get(input) ?? []), node]);
      if (node.kind === 'mix') for (const { scope } of node.terms) this.candidates.add(scope);
    }
  }

  readersOf(node: Node): readonly Node[] {
    return this.readers.get(node) ?? [];
  }

  /** Whether a node is part of a candidate operation, not of the network around them. */
  inCandidate({ scope }: Node): boolean {
    for (let at = scope; at; at = at.parent) if (this.candidates.has(at)) return true;
    return false;
  }

  /**
   * Whether a norm's result is stored. Inside a candidate its one reader applies scale and shift on loading. Whatever
   * later pruning leaves of the readers does not count: a network must not need other programs after it.
   */
  isStored(norm: NodeOf<'norm'>): boolean {
    if (!this.inCandidate(norm)) return true;
    const readers = this.readersOf(norm);
    if (readers.length !== 1) return true;
    const [reader] = readers;
    if (reader!.kind === 'mix') return false;
    if (reader!.kind !== 'activation') return true;
    const behind = this.readersOf(reader!);
    const [convolution] = behind;
    if (behind.length !== 1 || convolution?.kind !== 'convolution') return true;
    return !convolution.depthwise && !isProduct(convolution);
  }

  /** How a convolution reads its input. */
  activation(node: NodeOf<'convolution'>): Activation {
    const { node: input, activation } = readOf(node);
    if (activation === 'none' || input.kind !== 'norm' || this.isStored(input)) return activation;
    return activation === 'relu' ? 'affine' : 'affine6';
  }
}

export type ConvolutionProgram = 'image convolution' | 'depthwise' | 'pointwise' | 'strided';

/** @throws RangeError for a convolution that no program computes. */
export function convolutionProgram(node: NodeOf<'convolution'>): ConvolutionProgram {
  const { kernel, stride, dilation, shift, depthwise } = node;
  const { node: input, activation } = readOf(node);
  const size = `a kernel of ${kernel}x${kernel}`;
  if (depthwise) {
    if (!depthwiseKernels.includes(kernel)) refuse(node, `a depthwise ${size.slice(2)}`);
    if (dilation > largestDilation) refuse(node, `a dilation of ${dilation}`);
    if (stride > 2) refuse(node, `stride ${stride}`);
    if (shift > 0) refuse(node, 'a shifted depthwise convolution');
    return 'depthwise';
  }
  if (input.kind === 'image' && kernel > 1) {
    if (input.channels.length > imageChannels)
      throw new RangeError(
        `images of ${input.channels.length} channels: at most ${imageChannels} are supported`,
      );
    if (kernel !== 3 || stride > 2 || dilation > 1 || activation !== 'none')
      refuse(node, `a convolution of the image with ${size}, stride ${stride}`);
    return 'image convolution';
  }
  if (kernel > 1) refuse(node, `a dense convolution with ${size}`);
  if (stride === 2 && activation === 'relu') return 'strided';
  if (stride > 1 || shift > 0) refuse(node, `a 1x1 convolution of stride ${stride}`);
  if (input.kind === 'convolution' && (activation !== 'none' || !input.depthwise))
    refuse(node, `a convolution that reads ${input.name} without a norm between`);
  return 'pointwise';
}

/** @throws RangeError where no program computes a node. */
function check(node: Node): void {
  switch (node.kind) {
    case 'image':
    case 'norm':
    case 'activation':
    case 'mix':
    case 'global-pool':
      return;
    case 'convolution':
      convolutionProgram(node);
      return;
    case 'pool':
      if (node.stride > 2) refuse(node, `a pool of stride ${node.stride}`);
      return;
    case 'concat':
      if (new Set(node.inputs.map(({ kind }) => kind)).size > 1)
        refuse(node, 'a concatenation of nodes of different kinds');
      return;
    case 'linear':
      if (node.inputs[0]!.kind !== 'global-pool')
        refuse(node, 'a linear layer without a global pool before');
      return;
    default:
      refuse(node, `a node of kind '${(node as Node).kind}'`);
  }
}

type Direct = 'nothing' | 'states' | 'pools';

/** What the code of programs is made for, from the unpruned network: compaction must not compile anything. */
export interface Programs {
  /** Kernels of the depthwise programs of an input and stride; at stride 2 by dilation too, at stride 1 rows have it. */
  depthwise(input: Activation, stride: number): readonly DepthwiseClass[];
  /** Whether a 1x1 convolution, by its weight's name, has more than one quad of channels on either side. */
  isWide(weight: string): boolean;
  /** What a mix, by its name, takes in without a norm between: states themselves, also pools of them, or neither. */
  directly(mix: string): Direct;
}

function directOf({ inputs, terms }: NodeOf<'mix'>): Direct {
  if (inputs.some(({ kind }) => kind === 'pool')) return 'pools';
  return inputs.some((input, i) => !isWithin(input, terms[i]!.scope)) ? 'states' : 'nothing';
}

/** @throws RangeError naming a node that no program computes. */
export function programsOf(unpruned: Graph): Programs {
  const index = new GraphIndex(unpruned);
  const classes = new Map<string, Map<string, DepthwiseClass>>();
  const wide = new Set<string>();
  const direct = new Map<string, Direct>();
  for (const node of unpruned.nodes) {
    check(node);
    if (node.kind === 'mix') direct.set(node.name, directOf(node));
    if (node.kind !== 'convolution') continue;
    const { kernel, stride } = node;
    if (Math.max(node.channels.length, node.inputs[0]!.channels.length) > 4) wide.add(node.weight);
    if (!node.depthwise) continue;
    const key = `${index.activation(node)} ${stride}`;
    const dilation = stride === 1 ? 1 : node.dilation;
    const own = classes.get(key) ?? new Map<string, DepthwiseClass>();
    classes.set(key, own.set(`${dilation} ${kernel}`, { kernel, dilation }));
  }
  return {
    depthwise: (input, stride) =>
      [...(classes.get(`${input} ${stride}`)?.values() ?? [])].sort(
        (a, b) => a.dilation - b.dilation || a.kernel - b.kernel,
      ),
    isWide: (weight) => wide.has(weight),
    directly: (mix) => direct.get(mix) ?? 'nothing',
  };
}
