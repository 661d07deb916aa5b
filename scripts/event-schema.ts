/** The published form of a line that `--json` writes: the build writes it to events.schema.json. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { SearchEventSchema } from '../src/domain/events/event-schema.ts';
import { eventsFormat, eventsVersion } from '../src/domain/events/lines.ts';
import { TrainEventSchema } from '../src/engine/train/event-schema.ts';

interface ObjectSchema {
  properties: Record<string, unknown>;
}

export function eventJsonSchema(): string {
  // JSON has no infinities; what else valibot leaves out is checked where events are read.
  const options = {
    ignoreActions: ['finite', 'check', 'raw_check'],
    errorMode: 'ignore' as const,
  };
  const lines = [SearchEventSchema, TrainEventSchema].flatMap((schema) => {
    const { anyOf, oneOf } = toJsonSchema(schema, options) as {
      anyOf?: ObjectSchema[];
      oneOf?: ObjectSchema[];
    };
    return oneOf ?? anyOf ?? [];
  });
  for (const { properties } of lines) {
    const { const: type } = properties.type as { const: string };
    if (type !== 'started' && type !== 'training-started') continue;
    properties.format = { const: eventsFormat };
    properties.version = { const: eventsVersion };
  }
  return `${JSON.stringify({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'events.schema.json',
    title: 'MGAS events',
    description:
      'One line of what the commands search and retrain write with --json: one event, as JSON. The first line states format and version.',
    anyOf: lines,
  })}\n`;
}
