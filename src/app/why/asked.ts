/** Which explanation is on screen, over any view. */
import { createStore, useStore } from 'zustand';
import type { WhySubject } from './subject.ts';

interface Asked {
  /** What is explained; the ones before it, to go back to. Empty = nothing is. */
  readonly trail: readonly WhySubject[];
}

export const asked = createStore<Asked>(() => ({ trail: [] }));

export const useAsked = (): readonly WhySubject[] => useStore(asked, ({ trail }) => trail);

/** Explains a unit or a commit in a dialog. */
export function askWhy(subject: WhySubject): void {
  asked.setState({ trail: [subject] });
}

export function askNext(subject: WhySubject): void {
  asked.setState(({ trail }) => ({ trail: [...trail, subject] }));
}

export function askBack(): void {
  asked.setState(({ trail }) => ({ trail: trail.slice(0, -1) }));
}

export function closeWhy(): void {
  asked.setState({ trail: [] });
}
