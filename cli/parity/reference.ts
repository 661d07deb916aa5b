/** Reads files of reference arrays and says what is wrong with a damaged one. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/** A dense float32 array, row-major. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What is wrong with a reference: its message names file and field. */
export class ReferenceError extends Error {
  override readonly name = 'ReferenceError';
}

const dimension = v.pipe(v.number(), v.integer(), v.minValue(0));
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** `{"shape": [...], "f32": base64 of little-endian float32}`. */
export const NdArraySchema = v.pipe(
  v.object({ shape: v.array(dimension), f32: v.pipe(v.string(), v.regex(base64, 'not base64')) }),
  v.rawTransform(({ dataset, addIssue, NEVER }): NdArray => {
    const { shape, f32 } = dataset.value;
    const bytes = Buffer.from(f32, 'base64');
    const size = shape.reduce((a, b) => a * b, 1);
    if (bytes.length !== size * 4) {
      addIssue({
        message: `holds ${bytes.length} bytes where shape [${shape.join(', ')}] needs ${size * 4}`,
      });
      return NEVER;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return {
      shape,
      data: Float32Array.from({ length: size }, (_, i) => view.getFloat32(i * 4, true)),
    };
  }),
);

/** @throws ReferenceError when the file is no JSON object. */
export function readJson(path: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ReferenceError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ReferenceError(`${path}: not a JSON object`);
  }
  return content as Record<string, unknown>;
}

/** @throws ReferenceError naming the first field that does not fit `schema`. */
export function parseAs<S extends v.GenericSchema>(
  schema: S,
  content: unknown,
  file: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, content);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ReferenceError(`${file}: field '${v.getDotPath(issue) ?? '(root)'}': ${issue.message}`);
}

/** @throws ReferenceError when an array has another shape than its place in the file needs. */
export function expectShape(
  array: NdArray,
  shape: readonly number[],
  file: string,
  field: string,
): void {
  if (array.shape.length !== shape.length || array.shape.some((n, i) => n !== shape[i])) {
    throw new ReferenceError(
      `${file}: field '${field}': shape [${array.shape.join(', ')}], expected [${shape.join(', ')}]`,
    );
  }
}
