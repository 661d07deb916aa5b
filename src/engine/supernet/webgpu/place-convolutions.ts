/** Places convolutions: one batch for all that read one tensor alike and write one. */
import { readsNorm } from '../../../kernels/webgpu/activation.ts';
import type { Activation } from '../../../kernels/webgpu/activation.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { Batch, Product } from './batches.ts';
import { groupBy } from './group-by.ts';
import { joinedId } from './places.ts';
import type { Places } from './places.ts';
import { readOf, refuse, strideOf } from './select.ts';
import { allot, allotPacked, lanesOf, tensor } from './tensor.ts';
import type { Place, Tensor } from './tensor.ts';

type Convolution = NodeOf<'convolution'>;

export function imageConvolution(places: Places, node: Convolution): Batch {
  const place = allotPacked(places.results(node.size, node), node.channels);
  places.raw.set(node, place);
  const weights = places.options.weights.addStem(places.spec(node.weight));
  return {
    kind: 'image convolution',
    ...{ node, place, weights, channels: node.inputs[0]!.channels.length },
    stride: strideOf(node, node.stride),
    imageSize: node.inputs[0]!.size,
  };
}

export function depthwise(places: Places, nodes: readonly Convolution[]): Batch[] {
  const reads = nodes.map((node) => {
    const { node: input } = readOf(node);
    const normed = places.index.readersOf(node).some(({ kind }) => kind === 'norm');
    return { node, normed, ...inputOf(places, node, input) };
  });
  const key = ({ node, activation, normed }: (typeof reads)[number]): string =>
    `${activation} ${node.stride} ${node.size} ${normed}`;
  return groupBy(reads, key, ({ input }) => input.tensor).map((members): Batch => {
    const { node, activation, normed, input } = members[0]!;
    const stride = strideOf(node, node.stride);
    const output = places.tensor('depthwise', node.size, node);
    const outputGradient = normed ? output : tensor(`gradient of ${output.label}`, node.size, true);
    return {
      kind: 'depthwise',
      ...{ stride, activation, output, outputGradient, input: input.tensor },
      classes: places.options.programs.depthwise(activation, stride),
      inner: innerOf(node, input),
      members: members.map((member) => {
        const { quads, laneOf } = member.input;
        const place = allot(output, quads, laneOf);
        const gradient = normed ? place : allot(outputGradient, quads, laneOf);
        if (normed) places.raw.set(member.node, place);
        else places.values.set(member.node, { node: member.node, place, gradient });
        const lanes = lanesOf(member.input, member.node.channels);
        const taps = places.options.weights.addDepthwise(
          places.spec(member.node.weight),
          lanes,
          quads,
        );
        return { ...member, place, taps, gradientQuad: gradient.quad };
      }),
    };
  });
}

export function pointwise(places: Places, nodes: readonly Convolution[]): Batch[] {
  const reads = nodes.map((node) => {
    const { node: input } = readOf(node);
    const behindDepthwise = input.kind === 'convolution';
    return { node, behindDepthwise, ...inputOf(places, node, input) };
  });
  const kind = ({ node, activation, behindDepthwise }: (typeof reads)[number]): string =>
    `${activation} ${behindDepthwise} ${node.size}`;
  // After a depthwise convolution the input's gradient is written at once, one behind the other.
  const batches = groupBy(
    reads.filter(({ input }) => input.quads > 0),
    ({ input, behindDepthwise, value }) =>
      behindDepthwise ? value!.gradient.tensor : input.tensor,
    kind,
  );
  // A convolution of nothing gives zeros, in the batch of any other.
  for (const read of reads.filter(({ input }) => input.quads === 0)) {
    const same = batches.find(([one]) => kind(one!) === kind(read));
    if (same) same.push(read);
    else batches.push([read]);
  }
  return batches.map((own): Batch => {
    const { node, activation, behindDepthwise, input } = own[0]!;
    const { isWide } = places.options.programs;
    const output = places.results(node.size, node);
    return {
      kind: 'pointwise',
      ...{ activation, behindDepthwise, output, input: input.tensor },
      inner: innerOf(node, input),
      tile: activation === 'relu' || own.some((one) => isWide(one.node.weight)) ? 2 : 1,
      members: own.map((one): Product => {
        const place = allotPacked(output, one.node.channels);
        places.raw.set(one.node, place);
        return { ...one, place, weights: product(places, [one.node], one.node, one.input) };
      }),
    };
  });
}

/** Gradient of the norms' results that convolutions read. */
const innerOf = (node: Node, { tensor: { size } }: Place): Tensor =>
  tensor(`gradient of what ${node.name} reads`, size, true);

/** What a convolution reads: a norm's input, or a value that lies in memory. */
function inputOf(
  places: Places,
  node: Convolution,
  input: Node,
): Pick<Product, 'input' | 'norm' | 'value'> & { activation: Activation } {
  const activation = places.index.activation(node);
  const norm = readsNorm(activation) ? (places.norms.get(input) ?? null) : null;
  if (norm) return { activation, norm, value: null, input: norm.raw };
  const value = places.value(node, input);
  return { activation, norm, value, input: value.place };
}

function product(
  places: Places,
  convolutions: readonly (Convolution | null)[],
  reader: Convolution,
  place: Place,
): Product['weights'] {
  return places.options.weights.addProducts(
    convolutions.map((one) => one && places.spec(one.weight)),
    lanesOf(place, readOf(reader).node.channels),
    place.quads,
  );
}

/** Two that a concatenation joins are one product: each from a quad of its own on. */
export function strided(places: Places, nodes: readonly Convolution[]): Batch[] {
  const joints = new Map<Node, Convolution[]>();
  for (const node of nodes) {
    const [joint = node] = places.index.readersOf(node).filter(({ kind }) => kind === 'concat');
    joints.set(joint, [...(joints.get(joint) ?? []), node]);
  }
  const reads = [...joints].map(([node, parts]) => {
    const [part] = parts;
    const { node: input } = readOf(part!);
    if (parts.length > 2 || parts.some((one) => readOf(one).node !== input))
      refuse(node, 'a concatenation of such convolutions');
    const byShift = ([0, 1] as const).map((s) => parts.filter(({ shift }) => shift === s));
    if (byShift.some((own) => own.length > 1)) refuse(node, 'two convolutions of one shift');
    const convolutions = byShift.map(([one]) => one ?? null);
    return { node, part, convolutions, value: places.value(part!, input) };
  });
  return groupBy(
    reads,
    ({ value }) => value.place.tensor,
    ({ part }) => part!.size,
  ).map((own): Batch => {
    const { node: first, value } = own[0]!;
    const output = places.results(first.size, first);
    return {
      kind: 'strided',
      ...{ activation: 'relu', behindDepthwise: false, output, input: value.place.tensor, tile: 2 },
      inner: innerOf(first, value.place),
      members: own.map(({ node, part, convolutions, value }): Product => {
        const weights = product(places, convolutions, part!, value.place);
        const [before] = weights.quads;
        const laneOf = new Map<number, number>();
        convolutions.forEach((one, k) =>
          one?.channels.forEach((_, i) => {
            const id = node === one ? one.channels[i] : joinedId(node, one, i);
            laneOf.set(id!, k * before! * 4 + i);
          }),
        );
        const place = allot(output, weights.quads[0]! + weights.quads[1]!, laneOf);
        places.raw.set(node, place);
        return { node, input: value.place, norm: null, value, place, weights };
      }),
    };
  });
}
