/** What a view is to everything but itself. */
import type { ComponentType } from 'react';

export interface ViewDefinition {
  /** In addresses, and the class of its element: `.view.<id>`. */
  readonly id: string;
  readonly title: string;
  /** The key that opens it; null = none. No two views have the same. */
  readonly key: string | null;
  /** It shows the run on screen: without one, it is not loaded. */
  readonly needsRun: boolean;
  /** The run's buttons, stages and time travel stand over it; otherwise it has the whole page. */
  readonly controls: boolean;
  /** One of the five in a phone's bottom bar; the others are in its menu. */
  readonly bottomBar?: true;
  /** What it shows, for the README. */
  readonly summary: string;
  readonly load: () => Promise<{ default: ComponentType }>;
}
