/**
 * The part of ONNX's public schema (onnx.proto, https://github.com/onnx/onnx, Apache-2.0) that an exported network
 * needs: messages, fields and their numbers as published. Fields that are left out are optional there.
 */
import protobuf from 'protobufjs/light.js';

type Fields = Record<string, [type: string, id: number, rule?: 'repeated']>;

const messages: Record<string, Fields> = {
  ModelProto: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    producerVersion: ['string', 3],
    docString: ['string', 6],
    graph: ['GraphProto', 7],
    opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
    metadataProps: ['StringStringEntryProto', 14, 'repeated'],
  },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  GraphProto: {
    node: ['NodeProto', 1, 'repeated'],
    name: ['string', 2],
    initializer: ['TensorProto', 5, 'repeated'],
    docString: ['string', 10],
    input: ['ValueInfoProto', 11, 'repeated'],
    output: ['ValueInfoProto', 12, 'repeated'],
  },
  NodeProto: {
    input: ['string', 1, 'repeated'],
    output: ['string', 2, 'repeated'],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['AttributeProto', 5, 'repeated'],
  },
  AttributeProto: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    t: ['TensorProto', 5],
    ints: ['int64', 8, 'repeated'],
    type: ['int32', 20],
  },
  TensorProto: {
    dims: ['int64', 1, 'repeated'],
    dataType: ['int32', 2],
    name: ['string', 8],
    rawData: ['bytes', 9],
  },
  ValueInfoProto: { name: ['string', 1], type: ['TypeProto', 2] },
  TypeProto: { tensorType: ['TensorTypeProto', 1] },
  TensorTypeProto: { elemType: ['int32', 1], shape: ['TensorShapeProto', 2] },
  TensorShapeProto: { dim: ['DimensionProto', 1, 'repeated'] },
  DimensionProto: { dimValue: ['int64', 1], dimParam: ['string', 2] },
};

/** AttributeProto.AttributeType and TensorProto.DataType. */
export const attributeTypes = { float: 1, int: 2, tensor: 4, ints: 7 } as const;
export const dataTypes = { float: 1, int64: 7 } as const;

export interface OnnxTensor {
  dims: number[];
  dataType: number;
  name?: string;
  rawData: Uint8Array;
}
export interface OnnxAttribute {
  name: string;
  type: number;
  f?: number;
  i?: number;
  t?: OnnxTensor;
  ints?: number[];
}
export interface OnnxNode {
  opType: string;
  name: string;
  input: string[];
  output: string[];
  attribute: OnnxAttribute[];
}
interface OnnxValue {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } } };
}
export interface OnnxModel {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  docString: string;
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
  graph: { name: string; node: OnnxNode[]; initializer: OnnxTensor[]; input: OnnxValue[]; output: OnnxValue[] };
}

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      { fields: Object.fromEntries(Object.entries(fields).map(([field, [type, id, rule]]) => [field, { type, id, ...(rule && { rule }) }])) },
    ]),
  ),
});
const model = root.lookupType('ModelProto');

export function encodeModel(value: OnnxModel): Uint8Array {
  const problem = model.verify(value);
  if (problem) throw new Error(`no ONNX model: ${problem}`);
  return model.encode(model.create(value)).finish();
}

/** What `encodeModel` wrote; 64-bit integers as numbers. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  return model.toObject(model.decode(bytes), { longs: Number, arrays: true, defaults: true }) as OnnxModel;
}
