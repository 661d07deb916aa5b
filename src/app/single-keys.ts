/** Shortcuts of a single character can be turned off (WCAG 2.1.4): speech input and slips of the hand set them off. */
import { createStore, useStore } from 'zustand';

const memory = 'mgas-lab.single-keys';

export const singleKeys = createStore<{ on: boolean }>(() => ({ on: remembered() }));

export const useSingleKeys = (): boolean => useStore(singleKeys, ({ on }) => on);

export function setSingleKeys(on: boolean): void {
  singleKeys.setState({ on });
  try {
    localStorage.setItem(memory, on ? 'on' : 'off');
  } catch {
    // Forgotten with the page, then.
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(memory) !== 'off';
  } catch {
    return true;
  }
}

/** A letter, digit or sign; keys like Space and the arrows are no characters. @param key tinykeys' name. */
export const isCharacterKey = (key: string): boolean => key.replace('Shift+', '').length === 1;
