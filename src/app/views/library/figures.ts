/** The size of a stored architecture in words: one list for a run's row and for the comparison of two. */
import { copy } from '../../copy.ts';
import { sizeOf } from '../../../domain/architecture/size.ts';
import type { MeasuredLatency } from '../../../engine/train/latency.ts';
import { bytes, compact, integer, milliseconds, moment, plural } from '../../format.ts';
import type { ArchitectureRecord, StoredLatency } from '../../../storage/records.ts';

export interface SizeFigure {
  readonly label: string;
  readonly value: string;
  readonly title: string;
}

export function sizeFigures({
  architecture,
}: Pick<ArchitectureRecord, 'architecture'>): SizeFigure[] {
  const size = sizeOf(architecture);
  return [
    {
      label: 'Dense parameters',
      value: integer(size.parameters.dense),
      title: 'In the remaining tensors; parameters of batch norms included',
    },
    {
      label: copy.nonZeroParameters,
      value: integer(size.parameters.nonZero),
      title: 'Of these, not masked',
    },
    {
      label: 'Bytes, dense',
      value: integer(size.bytes.dense),
      title: '32-bit floats of all parameters',
    },
    {
      label: 'Bytes, bitmap mask',
      value: integer(size.bytes.withBitmap),
      title:
        '32-bit floats of the non-zero parameters, and one bit per weight of every masked tensor',
    },
    {
      label: 'MACs, dense',
      value: integer(size.macs.dense),
      title: 'Multiply-accumulates of one image in convolutions and the classifier',
    },
    {
      label: 'MACs, sparse',
      value: integer(size.macs.sparse),
      title: 'Of non-zero weights: the cost of a sparse kernel',
    },
  ];
}

/** The same in a line. */
export function sizeSentence({
  architecture,
  latency,
}: Pick<ArchitectureRecord, 'architecture' | 'latency'>): string {
  const { parameters, macs, bytes: weight } = sizeOf(architecture);
  const parts = [
    `${compact(parameters.nonZero)} of ${compact(parameters.dense)} parameters`,
    bytes(weight.withBitmap),
    `${compact(macs.sparse)} of ${compact(macs.dense)} MACs`,
  ];
  return [...parts, ...(latency ? [`${milliseconds(latency.median)} per image`] : [])].join(', ');
}

export const latencyWords = ({
  median,
  percentile95,
}: Pick<MeasuredLatency, 'median' | 'percentile95'>): string =>
  `${milliseconds(median)} median, ${milliseconds(percentile95)} 95th percentile`;

export const latencySource = ({ images, passes, adapter, measured }: StoredLatency): string =>
  `${plural(images, 'image')} per pass, ${passes} passes on ${adapter}, ${moment(measured)}`;
