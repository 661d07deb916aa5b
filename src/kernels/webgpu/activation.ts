/** What happens to a value while a program reads it: an activation, behind a norm's scale and shift where it has one. */
import { wgsl } from './wgsl.ts';

/** `affine`: scale and shift of the value's slot, then relu; `affine6`: then ReLU6. */
export const activations = ['none', 'relu', 'relu6', 'affine', 'affine6'] as const;
export type Activation = (typeof activations)[number];

/** Of a value that lies in memory as it is. */
export type StoredActivation = Exclude<Activation, 'affine' | 'affine6'>;

/** Whether it goes through a norm: its reader binds slots. */
export const readsNorm = (activation: Activation): boolean =>
  activation === 'affine' || activation === 'affine6';

/** WGSL of a loaded value as its reader sees it. Behind a norm, `scale` and `shift` are declared. */
export function activated(
  activation: Activation,
  load: string,
  { scale = 'scale', shift = 'shift' } = {},
): string {
  switch (activation) {
    case 'none':
      return load;
    case 'relu':
      return `max(${load}, vec4f())`;
    case 'relu6':
      return `clamp(${load}, vec4f(), vec4f(6.0))`;
    case 'affine':
      return `max(${load} * ${scale} + ${shift}, vec4f())`;
    case 'affine6':
      return `clamp(${load} * ${scale} + ${shift}, vec4f(), vec4f(6.0))`;
  }
}

/** Declares `lets(seen)`: the lanes whose gradient the activation lets through, given the value as its reader sees it. */
export const letsFunction = (activation: Activation): string =>
  activation === 'relu6' || activation === 'affine6'
    ? wgsl`
        fn lets(seen : vec4f) -> vec4<bool> {
          return (seen > vec4f()) & (seen < vec4f(6.0));
        }
      `
    : wgsl`
        fn lets(seen : vec4f) -> vec4<bool> {
          return seen > vec4f();
        }
      `;

/** Name in profiles; none where the value is read as it is. */
export const activationLabel = (activation: Activation): string =>
  activation === 'none' ? '' : ` ${activation}`;
