/** Small parts of an ONNX model: descriptions of values, attributes, tensors. */
import { attributeTypes, dataTypes } from './onnx-schema.ts';
import type { OnnxAttribute, OnnxTensor, OnnxValue } from './onnx-schema.ts';

/** `dims`: behind the number of images, which is free. */
export function value(name: string, dims: readonly number[]): OnnxValue {
  const dim = [{ dimParam: 'N' }, ...dims.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: dataTypes.float, shape: { dim } } } };
}

export const int = (name: string, i: number): OnnxAttribute => ({
  name,
  type: attributeTypes.int,
  i,
});
export const ints = (name: string, values: number[]): OnnxAttribute => ({
  name,
  type: attributeTypes.ints,
  ints: values,
});
export const float = (name: string, f: number): OnnxAttribute => ({
  name,
  type: attributeTypes.float,
  f,
});

export function floatTensor(values: Float32Array, dims: number[], name?: string): OnnxTensor {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return {
    dims,
    dataType: dataTypes.float,
    rawData: new Uint8Array(view.buffer),
    ...(name && { name }),
  };
}

export function intTensor(values: readonly number[]): OnnxTensor {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => view.setBigInt64(i * 8, BigInt(value), true));
  return { dims: [values.length], dataType: dataTypes.int64, rawData: new Uint8Array(view.buffer) };
}
