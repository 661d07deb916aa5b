/**
 * The part of ONNX's public schema (onnx.proto, https://github.com/onnx/onnx, Apache-2.0) that an exported network
 * needs: messages, fields and their numbers as published. Fields that are left out are optional there.
 *
 * Written by protobufjs' own writer, field by field: its reflection builds code from strings, which a strict content
 * security policy forbids.
 */
import { Writer } from 'protobufjs/minimal.js';

type Fields = Record<string, [type: string, id: number, rule?: 'repeated']>;

/** Repeated integers are not packed: it is a proto2 schema. */
export const messages: Record<string, Fields> = {
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
    valueInfo: ['ValueInfoProto', 13, 'repeated'],
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
export interface OnnxValue {
  name: string;
  type: {
    tensorType: {
      elemType: number;
      shape: { dim: ({ dimValue: number } | { dimParam: string })[] };
    };
  };
}
export interface OnnxModel {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  docString: string;
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
  graph: {
    name: string;
    node: OnnxNode[];
    initializer: OnnxTensor[];
    input: OnnxValue[];
    output: OnnxValue[];
    /** Shapes of what lies between: viewers show them. */
    valueInfo: OnnxValue[];
  };
}

export function encodeModel(value: OnnxModel): Uint8Array {
  const writer = Writer.create();
  writeMessage(writer, 'ModelProto', value);
  return writer.finish();
}

function writeMessage(writer: Writer, type: string, value: object): void {
  for (const [field, [fieldType, id, rule]] of Object.entries(messages[type]!)) {
    const entry = (value as Record<string, unknown>)[field];
    if (entry === undefined) continue;
    for (const one of rule === 'repeated' ? (entry as unknown[]) : [entry])
      writeField(writer, fieldType, id, one);
  }
}

/** Wire types: 0 = varint, 2 = length first, 5 = four bytes. */
function writeField(writer: Writer, type: string, id: number, value: unknown): void {
  const tag = (wire: 0 | 2 | 5): Writer => writer.uint32((id << 3) | wire);
  switch (type) {
    case 'int64':
      tag(0).int64(value as number);
      break;
    case 'int32':
      tag(0).int32(value as number);
      break;
    case 'float':
      tag(5).float(value as number);
      break;
    case 'string':
      tag(2).string(value as string);
      break;
    case 'bytes':
      tag(2).bytes(value as Uint8Array);
      break;
    default:
      tag(2).fork();
      writeMessage(writer, type, value as object);
      writer.ldelim();
  }
}
