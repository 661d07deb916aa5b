/** All views, in the order of the header. Header, shortcuts, their list, screenshots, axe tests and the README's table derive from it. */
import overview from './overview/index.ts';
import balance from './balance/index.ts';
import architecture from './architecture/index.ts';
import discretization from './discretization/index.ts';
import tradeOff from './trade-off/index.ts';
import events from './events/index.ts';
import retrain from './retrain/index.ts';
import compare from './compare/index.ts';
import data from './data/index.ts';
import library from './library/index.ts';
import type { ViewDefinition } from './view.ts';

export const viewDefinitions = [
  overview,
  balance,
  architecture,
  discretization,
  tradeOff,
  events,
  retrain,
  compare,
  data,
  library,
] as const satisfies readonly ViewDefinition[];

export type View = (typeof viewDefinitions)[number]['id'];

export const views: readonly View[] = viewDefinitions.map(({ id }) => id);

export const viewNames = Object.fromEntries(
  viewDefinitions.map(({ id, title }) => [id, title]),
) as Readonly<Record<View, string>>;
