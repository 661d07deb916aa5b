/** Tells by its fields what a reference file holds, whatever its name. */
import type { Check } from './compare.ts';
import type { GradientStepper, ReferenceKernels } from './kernels.ts';
import { checkCandidate, checkMaskedConvolution } from './convolutions.ts';
import { checkMobileCounts } from './mobile/counts.ts';
import { checkHead, checkLayer, checkMbconv } from './mobile/parts.ts';
import { checkMobileSupernet } from './mobile/supernet.ts';
import { checkBinaryStep, checkFactorizedReduce, checkPool } from './operations.ts';
import { ReferenceError } from './reference.ts';
import { checkArchitecture } from './released/architecture.ts';
import { checkPublishedNetwork, checkTrainedNetwork } from './released/evaluation-network.ts';
import { checkLambdaRounds } from './released/lambda-rounds.ts';
import { checkLastSurvivor } from './released/last-survivor.ts';
import { checkRegrowth } from './released/regrowth.ts';
import { checkSizeRegularizer } from './released/size-regularizer.ts';
import { checkStageSplit } from './released/stage-split.ts';
import { checkTrainingDynamics } from './released/training-dynamics.ts';
import { checkSupernet } from './supernet.ts';

type Checker = (content: unknown, file: string, kernels: ReferenceKernels) => Promise<Check[]>;

interface Form {
  readonly name: string;
  /** Every file of this form has these fields; the first form whose fields are all there is taken. */
  readonly fields: readonly string[];
  readonly check: Checker;
}

/** Of a file that needs no kernels. */
const plain =
  (check: (content: unknown, file: string) => Check[]): Checker =>
  (content, file) =>
    Promise.resolve(check(content, file));

/** Of a file that needs a stepper. */
const withStepper =
  (
    check: (content: unknown, file: string, stepper: GradientStepper) => Promise<Check[]>,
  ): Checker =>
  async (content, file, kernels) => {
    const stepper = await kernels.createStepper();
    try {
      return await check(content, file, stepper);
    } finally {
      stepper.dispose();
    }
  };

/** From the most specific to the least. */
const forms: readonly Form[] = [
  { name: 'stage split', fields: ['splits', 'formula'], check: plain(checkStageSplit) },
  { name: 'courses of lambda', fields: ['sequences', 'hardCap'], check: plain(checkLambdaRounds) },
  { name: 'regrowth', fields: ['scores', 'regrown', 'widthRule'], check: plain(checkRegrowth) },
  { name: 'MBConv', fields: ['expand', 'expansion', 'x'], check: checkMbconv },
  { name: 'layer of MBConvs', fields: ['candidates', 'alpha', 'x'], check: checkLayer },
  { name: 'head of a MobileNet-like network', fields: ['classifier', 'conv'], check: checkHead },
  {
    name: 'steps of a MobileNet-like super-net',
    fields: ['space', 'trace'],
    check: withStepper(checkMobileSupernet),
  },
  { name: 'counts of MobileNet-like networks', fields: ['cases'], check: plain(checkMobileCounts) },
  {
    name: 'published evaluation network',
    fields: ['architecture', 'fill', 'macs32x32'],
    check: withStepper(checkPublishedNetwork),
  },
  {
    name: 'evaluation network',
    fields: ['cells', 'trainLogits', 'evalLogits'],
    check: withStepper(checkTrainedNetwork),
  },
  {
    name: 'published architecture',
    fields: ['initChannels', 'stem', 'cells'],
    check: plain(checkArchitecture),
  },
  {
    name: 'rule of the last survivor',
    fields: ['sizeRegularizerProgram', 'sizeRegularizerOwnNode', 'liveOperations'],
    check: withStepper(checkLastSurvivor),
  },
  {
    name: 'size regularizer',
    fields: ['softParameters', 'gradients', 'mu'],
    check: withStepper(checkSizeRegularizer),
  },
  {
    name: 'steps across a commit',
    fields: ['initial', 'trace', 'committedAfter'],
    check: withStepper(checkTrainingDynamics),
  },
  { name: 'super-net steps', fields: ['initial', 'trace'], check: withStepper(checkSupernet) },
  { name: 'separable convolution', fields: ['depthwise1', 'x'], check: checkCandidate },
  { name: 'dilated convolution', fields: ['depthwise', 'x'], check: checkCandidate },
  { name: 'factorized reduce', fields: ['conv1', 'conv2'], check: checkFactorizedReduce },
  {
    name: 'masked convolution',
    fields: ['weight', 'committedMask'],
    check: checkMaskedConvolution,
  },
  { name: 'pool', fields: ['stride', 'padding', 'x'], check: checkPool },
  { name: 'binary step', fields: ['x', 'dx', 'dy', 'y'], check: checkBinaryStep },
];

/** @throws ReferenceError when the fields fit no known form. */
export async function checkReference(
  content: Record<string, unknown>,
  file: string,
  kernels: ReferenceKernels,
): Promise<Check[]> {
  const form = forms.find(({ fields }) => fields.every((field) => field in content));
  if (!form) {
    const known = forms.map(({ name, fields }) => `${name} (${fields.join(', ')})`).join('; ');
    throw new ReferenceError(
      `${file}: fields [${Object.keys(content).join(', ')}] are of no known form: ${known}`,
    );
  }
  return form.check(content, file, kernels);
}
