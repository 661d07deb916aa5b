/** What a user downloads, checked against the published schema by a validator that knows nothing of the program. */
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, type Download } from '@playwright/test';
import { architectureJsonSchema } from '../scripts/architecture-schema.ts';
import type { Architecture } from '../src/domain/architecture/schema.ts';

/** @returns the architecture in a download, valid by the published schema. */
export async function readArchitecture(download: Download): Promise<Architecture> {
  expect(download.suggestedFilename()).toMatch(/\.json$/);
  const architecture = JSON.parse(await readFile(await download.path(), 'utf8')) as Architecture;
  const ajv = new Ajv({ allErrors: true, formats: { base64: /^[A-Za-z0-9+/]*={0,2}$/ } });
  // An annotation of the settings' schema, as `title` is.
  ajv.addVocabulary(['unit']);
  const validate = ajv.compile(JSON.parse(architectureJsonSchema()) as object);
  validate(architecture);
  expect(validate.errors ?? [], 'violations of the published schema').toEqual([]);
  return architecture;
}
