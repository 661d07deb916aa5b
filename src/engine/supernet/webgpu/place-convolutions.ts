/** Places convolutions: one batch for all that read one tensor alike and write one. */
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { Batch, Product } from './batches.ts';
import { groupBy } from './group-by.ts';
import { joinedId } from './places.ts';
import type { Places } from './places.ts';
import { readOf, refuse, strideOf } from './select.ts';
import { allot, allotPacked, lanesOf, tensor } from './tensor.ts';
import type { Value } from './tensor.ts';

type Convolution = NodeOf<'convolution'>;

export function imageConvolution(places: Places, node: Convolution): Batch {
  const place = allotPacked(places.results(node.size, node), node.channels);
  places.raw.set(node, place);
  const weights = places.options.weights.addStem(places.spec(node.weight));
  return {
    kind: 'image convolution',
    ...{ node, place, weights, channels: node.inputs[0]!.channels.length },
  };
}

export function depthwise(places: Places, nodes: readonly Convolution[]): Batch[] {
  const reads = nodes.map((node) => {
    const { node: input } = readOf(node);
    const activation = places.index.depthwiseInput(node);
    const norm = activation === 'affine' ? (places.norms.get(input) ?? null) : null;
    const value = norm ? null : places.value(node, input);
    return { node, activation, norm, value, input: norm?.raw ?? value!.place };
  });
  const key = ({ node, activation }: (typeof reads)[number]): string =>
    `${activation} ${node.stride} ${node.size}`;
  return groupBy(reads, key, ({ input }) => input.tensor).map((members): Batch => {
    const { node, activation, input } = members[0]!;
    const stride = strideOf(node, node.stride);
    const output = places.tensor('depthwise', node.size, node);
    const outputGradient = tensor(`gradient of ${output.label}`, node.size, true);
    return {
      kind: 'depthwise',
      ...{ stride, activation, output, outputGradient, input: input.tensor },
      classes: places.options.programs.depthwise(activation, stride),
      inner: tensor(`gradient of what ${node.name} reads`, input.tensor.size, true),
      members: members.map((member) => {
        const { quads, laneOf } = member.input;
        const place = allot(output, quads, laneOf);
        const gradient = allot(outputGradient, quads, laneOf);
        places.values.set(member.node, { node: member.node, place, gradient });
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
    const { node: input, relu } = readOf(node);
    return { node, relu, value: places.value(node, input) };
  });
  // After a depthwise convolution the input's gradient is written at once, one behind the other.
  const batches = groupBy(
    reads.filter(({ value }) => value.place.quads > 0),
    ({ value, relu }) => (relu ? value.place.tensor : value.gradient.tensor),
    ({ node }) => node.size,
  );
  // A convolution of nothing gives zeros, in the batch of any other.
  for (const read of reads.filter(({ value }) => value.place.quads === 0)) {
    const same = batches.find(
      ([one]) => one!.node.size === read.node.size && one!.relu === read.relu,
    );
    if (same) same.push(read);
    else batches.push([read]);
  }
  return batches.map((own): Batch => {
    const { node, relu, value } = own[0]!;
    const { isWide } = places.options.programs;
    const output = places.results(node.size, node);
    return {
      kind: 'pointwise',
      ...{ relu, output, input: value.place.tensor },
      tile: relu || own.some((one) => isWide(one.node.weight)) ? 2 : 1,
      members: own.map((one): Product => {
        const place = allotPacked(output, one.node.channels);
        places.raw.set(one.node, place);
        return { ...one, place, weights: product(places, [one.node], one.node, one.value) };
      }),
    };
  });
}

function product(
  places: Places,
  convolutions: readonly (Convolution | null)[],
  reader: Convolution,
  { place }: Value,
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
      ...{ relu: true, output, input: value.place.tensor, tile: 2 },
      members: own.map(({ node, part, convolutions, value }): Product => {
        const weights = product(places, convolutions, part!, value);
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
        return { node, value, place, weights };
      }),
    };
  });
}
