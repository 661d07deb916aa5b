/** Events as JSON lines: docs/events.md. The first line of a stream says the form and its version. */
import { eventsFormat, eventsVersion } from '../src/domain/events/lines.ts';

export function writeEventLine(event: { readonly type: string }): void {
  const first = event.type === 'started' || event.type === 'training-started';
  const line = first ? { format: eventsFormat, version: eventsVersion, ...event } : event;
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
