/** An architecture as papers draw it: its different cells, or its chain of layers. */
import { drawingOf } from '../../domain/architecture/publish/registry.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';

export function CellsPicture({ architecture, of }: { architecture: Architecture; of: string }) {
  return (
    <div className="cells-picture" tabIndex={0} role="group" aria-label={`Drawing of ${of}`}>
      <img
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawingOf(architecture))}`}
        alt={`${of}: its operations and how they are connected`}
      />
    </div>
  );
}
