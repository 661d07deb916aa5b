import { expect, it } from 'vitest';
import { views } from './router.ts';
import type { View } from './router.ts';
import { viewCommands } from './view-commands.ts';

it('the first ten views keep their keys when there are more: no key opens two', () => {
  const more = [...views, 'an-eleventh' as View, 'a-twelfth' as View];
  const keys = viewCommands(more).map(({ key }) => key);
  expect(keys).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'].slice(0, keys.length));
  expect(viewCommands(more)[0]!.label).toBe('Show overview');
});
