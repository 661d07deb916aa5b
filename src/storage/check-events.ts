/** What the events of a run demand of each other and of themselves. The schema checks each field by itself. */
import type { SearchEvent } from '../domain/events/events.ts';
import { checkArchitecture } from './check-architecture.ts';
import { JsonRefused } from './json-scan.ts';

/** @throws JsonRefused */
export function checkEvents(events: readonly SearchEvent[], path: string): void {
  const [begin] = events;
  if (begin && begin.type !== 'started')
    throw new JsonRefused(`${path}.0.type`, 'expected "started": a run starts with it.');
  let cells = 0;
  events.forEach((event, i) => {
    const at = `${path}.${i}`;
    if (event.type === 'stage-started') cells = event.lastCell + 1;
    if ((event.type === 'ratios' || event.type === 'units') && event.cells.length !== cells) {
      throw new JsonRefused(
        `${at}.cells`,
        `expected ${cells}, the cells trained so far; found ${event.cells.length}.`,
      );
    }
    if (i > 0 && event.type === 'started')
      throw new JsonRefused(`${at}.type`, '"started" is allowed only at the beginning.');
    const before = events[i - 1];
    if (before && event.step < before.step)
      throw new JsonRefused(
        `${at}.step`,
        `expected at least ${before.step}, the step of the previous event.`,
      );
    if (i + 1 < events.length && event.type === 'finished')
      throw new JsonRefused(`${at}.type`, 'no event is allowed after "finished".');
    checkEvent(event, at);
  });
}

function checkEvent(event: SearchEvent, path: string): void {
  const demand = (holds: boolean, field: string, otherwise: string): void => {
    if (!holds) throw new JsonRefused(`${path}.${field}`, `${otherwise}.`);
  };
  switch (event.type) {
    case 'started':
      return demand(
        event.dataset.classNames.length === event.dataset.classes,
        'dataset.classNames',
        `expected ${event.dataset.classes} names`,
      );
    case 'stage-started':
      return demand(
        event.firstCell <= event.lastCell,
        'lastCell',
        'expected no less than firstCell',
      );
    case 'ratios':
      event.cells.forEach(({ cell }, i) => demand(cell === i, `cells.${i}.cell`, `expected ${i}`));
      return event.stages.forEach(({ stage }, i) =>
        demand(stage === i, `stages.${i}.stage`, `expected ${i}`),
      );
    case 'units':
      return event.cells.forEach(
        ({ operations: { importances, thresholds, alive, causes }, filters, weights }, i) => {
          demand(
            thresholds.length === importances.length,
            `cells.${i}.operations.thresholds`,
            `expected ${importances.length} numbers, found ${thresholds.length}`,
          );
          demand(
            alive.length === importances.length,
            `cells.${i}.operations.alive`,
            `expected ${importances.length} digits, found ${alive.length}`,
          );
          demand(
            causes === undefined || causes.length === importances.length,
            `cells.${i}.operations.causes`,
            `expected ${importances.length} letters`,
          );
          filters.forEach(({ gates, alive: digits, ids, causes: letters }, f) => {
            demand(
              letters === undefined || letters.length === gates.length,
              `cells.${i}.filters.${f}.causes`,
              `expected ${gates.length} letters`,
            );
            demand(
              digits.length === gates.length,
              `cells.${i}.filters.${f}.alive`,
              `expected ${gates.length} digits, found ${digits.length}`,
            );
            demand(
              ids === null || ids.length === gates.length,
              `cells.${i}.filters.${f}.ids`,
              `expected ${gates.length} numbers`,
            );
          });
          weights.forEach(({ alive: ones, masked }, w) =>
            demand(
              ones.length === masked.length,
              `cells.${i}.weights.${w}.masked`,
              `expected ${ones.length} counts, found ${masked.length}`,
            ),
          );
        },
      );
    case 'finished':
    case 'stopped':
      if (event.architecture) checkArchitecture(event.architecture, `${path}.architecture.`);
      return;
    default:
  }
}
