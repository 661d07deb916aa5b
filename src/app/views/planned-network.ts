/** Hook: the super-net that Start would build, counted a moment after the settings have come to rest. */
import { useEffect, useState } from 'react';
import { chosenImages } from '../sessions/dataset-sources.ts';
import { useDatasets } from '../sessions/datasets-state.ts';
import { plannedNetwork } from '../store/planned.ts';
import type { PlannedNetwork } from '../store/planned.ts';
import { useLab } from '../store/store.ts';

/** Counting a large super-net takes a noticeable moment: not at every key press. */
const calm = 250;

export function usePlannedNetwork(): PlannedNetwork | null {
  const settings = useLab((s) => s.settings);
  const images = useDatasets(chosenImages);
  const [planned, setPlanned] = useState<PlannedNetwork | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setPlanned(images && plannedNetwork(settings, images)), calm);
    return () => clearTimeout(timer);
  }, [settings, images]);
  return planned;
}
