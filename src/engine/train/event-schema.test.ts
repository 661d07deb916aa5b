import { Ajv } from 'ajv';
import type { InferOutput } from 'valibot';
import { expect, it } from 'vitest';
import { eventJsonSchema } from '../../../scripts/event-schema.ts';
import { sampleRun } from '../search/testing/sample-run.ts';
import type { TrainEventSchema } from './event-schema.ts';
import type { TrainEvent } from './events.ts';

type Event = InferOutput<typeof TrainEventSchema>;
/** Both ways: a field that only one of them has fails to compile. */
const same: [Event] extends [TrainEvent]
  ? [TrainEvent] extends [Readonly<Event>]
    ? true
    : never
  : never = true;

it('is the published schema of JSON lines, and fits what a search writes', async () => {
  expect(same).toBe(true);
  const validate = new Ajv({ strict: false, allErrors: false }).compile(
    JSON.parse(eventJsonSchema()) as object,
  );
  for (const event of (await sampleRun()).events)
    expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ type: 'step', step: 1 })).toBe(false);
});
