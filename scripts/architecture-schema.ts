/** The published form of the schema of an architecture: the build writes it to architecture.schema.json. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { ArchitectureSchema } from '../src/domain/architecture/schema.ts';

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
