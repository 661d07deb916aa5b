/** What there is to draw of a search space, from the graph of its unpruned super-net. */
import { outline } from '../graph/outline.ts';
import type { OutlineGroup } from '../graph/outline.ts';
import { buildPlan, fullMasks } from './build-plan.ts';
import { createSpace } from './registry.ts';
import type { SpaceSettings } from './settings.ts';

const known = new WeakMap<SpaceSettings, readonly OutlineGroup[]>();

/** By cell. Kept for each settings object; empty where the settings contradict each other. */
export function outlineOf(settings: SpaceSettings): readonly OutlineGroup[] {
  const before = known.get(settings);
  if (before) return before;
  const groups = outlineAnew(settings);
  known.set(settings, groups);
  return groups;
}

function outlineAnew(settings: SpaceSettings): OutlineGroup[] {
  try {
    // What is joined to what depends on no image.
    const space = createSpace(settings, { size: 32, channels: 1, classes: 2 });
    const last = space.cells.length - 1;
    return outline(buildPlan(space, fullMasks(space), last, space.stageEnds.length - 1).graph);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
