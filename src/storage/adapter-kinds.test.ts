import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { kindDatabase } from './adapter-kinds.ts';

it('keeps the kind of each adapter', async () => {
  expect(await kindDatabase.get('a')).toBeUndefined();
  await kindDatabase.set('a', 'software');
  await kindDatabase.set('b', 'hardware');
  await kindDatabase.set('a', 'hardware');
  expect(await kindDatabase.get('a')).toBe('hardware');
  expect(await kindDatabase.get('b')).toBe('hardware');
});
