/** What files of this form may ask for that the lab's blocks lack: named in one sentence, whatever else is wrong. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';

/** @throws ArchitectureError naming all of it. */
export function refuseUnsupported(network: unknown): void {
  const lacking = new Set<string>();
  const name = field(network, 'name');
  if (typeof name === 'string' && name.startsWith('OFA'))
    throw new ArchitectureError(
      `${name.slice(0, 40)} is a super-net of once-for-all: save one of its networks (get_active_net_config)`,
    );
  if (field(network, 'final_expand_layer') || /MobileNetV3/.test(String(name)))
    lacking.add('the head of MobileNetV3');
  const blocks = field(network, 'blocks');
  const layers = [
    field(network, 'first_conv'),
    field(network, 'feature_mix_layer'),
    ...(Array.isArray(blocks) ? blocks : []).map(
      (block: unknown) => field(block, 'mobile_inverted_conv') ?? field(block, 'conv'),
    ),
  ];
  for (const layer of layers) {
    if (field(layer, 'use_se') === true) lacking.add('squeeze-and-excitation');
    const activation = field(layer, 'act_func');
    if (typeof activation === 'string' && activation !== 'relu6')
      lacking.add(`the activation ${words[activation] ?? `'${activation.slice(0, 20)}'`}`);
    if (layer !== field(network, 'first_conv') && layer !== field(network, 'feature_mix_layer')) {
      const groups = field(layer, 'groups');
      if (typeof groups === 'number') lacking.add('grouped instead of depthwise convolutions');
    }
  }
  if (lacking.size === 0) return;
  throw new ArchitectureError(
    `it needs ${list([...lacking])}, which the MobileNet-like space of this lab does not have: its blocks are plain MBConvs with ReLU6`,
  );
}

const words: Readonly<Record<string, string>> = {
  h_swish: 'hard swish',
  relu: 'ReLU without its limit of 6',
  h_sigmoid: 'hard sigmoid',
};

const list = (items: readonly string[]): string =>
  items.length === 1 ? items[0]! : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
