import { expect, it } from 'vitest';
import { isCharacterKey, setSingleKeys, singleKeys } from './single-keys.ts';

it('distinguishes characters from other keys', () => {
  expect(['x', '1', '.', '+', 'Shift+?'].every(isCharacterKey)).toBe(true);
  expect(['Space', 'ArrowLeft', 'Shift+ArrowLeft', 'Escape'].some(isCharacterKey)).toBe(false);
});

it('are on until they are turned off', () => {
  expect(singleKeys.getState().on).toBe(true);
  setSingleKeys(false);
  expect(singleKeys.getState().on).toBe(false);
  setSingleKeys(true);
});
