/** Checks a parsed value by a schema, and says which field is the first that is wrong, missing or unknown. */
import * as v from 'valibot';
import { JsonRefused } from './json-scan.ts';

/** @throws JsonRefused */
export function parseBy<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw new JsonRefused(v.getDotPath(issue) ?? '', `${issue.message.slice(0, 200)}.`);
  }
  const unknown = unknownField(value, result.output, []);
  if (unknown) throw new JsonRefused(unknown, 'a field of this name is not known.');
  return result.output;
}

/** Path of the first field that the schema left out. */
function unknownField(given: unknown, known: unknown, path: readonly string[]): string | null {
  if (typeof given !== 'object' || given === null || typeof known !== 'object' || known === null)
    return null;
  for (const key of Object.keys(given)) {
    const here = [...path, key];
    if (!Object.hasOwn(known, key)) return here.join('.').slice(0, 200);
    const deeper = unknownField(Reflect.get(given, key), Reflect.get(known, key), here);
    if (deeper !== null) return deeper;
  }
  return null;
}
