/** The unpruned super-net of a stored run: what its losses of parameters are measured against. */
import { describeSuperNet } from '../../domain/counts.ts';
import type { SuperNet } from '../../domain/counts.ts';
import type { SearchEvent } from '../../domain/events/events.ts';

export function superNetOf({
  settings,
  dataset,
  superNetParameters,
}: Extract<SearchEvent, { type: 'started' }>): SuperNet {
  const gray = describeSuperNet(settings, {
    size: settings.data.imageSize,
    channels: 1,
    classes: dataset.classes,
  });
  // The event does not state the images' channels, of which only the stem's size depends.
  const rest = superNetParameters - gray.stageParameters.at(-1)!;
  return { ...gray, stageParameters: gray.stageParameters.map((own) => own + rest) };
}
