import { describe, expect, it } from 'vitest';
import {
  separableConvolution,
  dilatedConvolution,
} from '../../../domain/operations/convolutions.ts';
import { operations } from '../../../domain/operations/registry.ts';
import { checkSupported, depthwiseClasses } from './depthwise-classes.ts';

describe('depthwise programs of a space', () => {
  it('are those of its operations, whatever their kernels', () => {
    const own = [separableConvolution('nine', 9), dilatedConvolution('eleven', 11)];
    expect(depthwiseClasses(own, 1, 1)).toEqual([
      { kernel: 9, dilation: 1 },
      { kernel: 11, dilation: 1 },
    ]);
    expect(depthwiseClasses(own, 1, 2)).toEqual([
      { kernel: 9, dilation: 1 },
      { kernel: 11, dilation: 2 },
    ]);
    expect(depthwiseClasses(own, 2, 1)).toEqual([{ kernel: 9, dilation: 1 }]);
  });

  it('exist for every operation of the registry', () => {
    expect(() => checkSupported(operations)).not.toThrow();
  });

  it('are refused by name where none computes it', () => {
    expect(() => checkSupported([separableConvolution('even', 4)])).toThrow(
      /space\.operations: even has a kernel of 4x4/,
    );
    const wide = {
      ...separableConvolution('wide', 3),
      emit: (place: Parameters<(typeof operations)[number]['emit']>[0]) =>
        place.block(place.input, { kernel: 3, stride: place.stride, dilation: 3 }),
    };
    expect(() => checkSupported([wide])).toThrow(/wide has a dilation of 3/);
  });
});
