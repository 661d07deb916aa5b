/** Layouts of many cells, computed a cell at a time so that the page is never held up; the last ones stay until then. */
import { useEffect, useState } from 'react';
import type { Candidate } from '../../store/cell-units.ts';
import { layoutCell } from './layout.ts';
import type { CellLayout } from './layout.ts';

/** Milliseconds of work between two turns of the event loop. */
const slice = 8;

export function useLayouts(cells: readonly (readonly Candidate[])[], nodes: number): readonly CellLayout[] {
  const [layouts, setLayouts] = useState<readonly CellLayout[]>([]);
  useEffect(() => {
    let wanted = true;
    void (async () => {
      const fresh: CellLayout[] = [];
      let since = performance.now();
      for (const candidates of cells) {
        if (performance.now() - since > slice) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          if (!wanted) return;
          since = performance.now();
        }
        fresh.push(layoutCell(candidates, nodes));
      }
      setLayouts(fresh);
    })();
    return () => {
      wanted = false;
    };
  }, [cells, nodes]);
  return layouts;
}
