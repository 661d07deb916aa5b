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
  /** What it shows, for the README. */
  readonly summary: string;
  readonly load: () => Promise<{ default: ComponentType }>;
}
