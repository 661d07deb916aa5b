/**
 * Writes public/architecture.schema.json, the published form of the engine's schema:
 * `npx tsx scripts/architecture-schema.ts`. A test fails while the file is out of date.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { ArchitectureSchema } from '../src/domain/architecture/schema.ts';

export const schemaFile = new URL('../public/architecture.schema.json', import.meta.url);

export function architectureJsonSchema(): string {
  const { $schema, ...schema } = toJsonSchema(ArchitectureSchema, {
    // JSON has no infinities, so `finite` says nothing there.
    ignoreActions: ['finite'],
  });
  const head = {
    $schema,
    $id: 'architecture.schema.json',
    title: 'MGAS architecture',
    description:
      'A network found by MGAS Lab: surviving operations of each cell with the filters they kept (ids in the unpruned ' +
      'block) and bitmaps of their surviving weights (base64; one bit a weight, row-major, least significant bit first, 1 = alive).',
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(schemaFile, architectureJsonSchema());
