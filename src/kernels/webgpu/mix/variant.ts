/** What the mix and its backward pass share. */
import { wgsl } from '../wgsl.ts';

export interface MixVariant {
  readonly stride: 1 | 2;
  /** The states lie in the buffer that is written (nodes of the cell), not in one of their own. */
  readonly inPlace: boolean;
  /**
   * Drop-path: a candidate's coefficient is multiplied by a factor for each image, which lies behind all coefficients:
   * coefficients[params.factors + coefficient * batch + image]. A variant, so that a search pays nothing for it.
   */
  readonly dropPath: boolean;
  /** Candidates may pool the states. Where none ever does, the code of it need not be compiled. */
  readonly pools: boolean;
}

/** Pixels of a column: what one invocation makes. */
export const mixRows = 4;
/** Columns of a workgroup. */
export const mixColumns = 64;

export const mixParams = (v: MixVariant, ...more: string[]): readonly string[] => [
  'sources',
  'batch',
  'height',
  'width',
  'inHeight',
  'inWidth',
  'table',
  ...more,
  ...(v.dropPath ? ['factors'] : []),
];

/** Name in profiles. */
export const mixLabel = (name: string, v: MixVariant): string =>
  `${name}${v.pools ? '' : ' without pools'} s${v.stride}${v.dropPath ? ' drop-path' : ''}`;

/** Declares `coefficient(index, image)`, 0 for none; with drop-path also `kept`, the factor alone. */
export const coefficientFunctions = (v: MixVariant): string =>
  v.dropPath
    ? wgsl`
        fn kept(index : u32, image : u32) -> f32 {
          if (index == NONE) {
            return 0.0;
          }
          return coefficients[params.factors + index * params.batch + image];
        }
        fn coefficient(index : u32, image : u32) -> f32 {
          if (index == NONE) {
            return 0.0;
          }
          return coefficients[index] * kept(index, image);
        }
      `
    : wgsl`
        fn coefficient(index : u32, image : u32) -> f32 {
          if (index == NONE) {
            return 0.0;
          }
          return coefficients[index];
        }
      `;
