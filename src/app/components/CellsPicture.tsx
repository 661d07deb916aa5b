/** The different cells of an architecture as papers draw them. */
import { cellsSvg } from '../../domain/architecture/publish/drawing.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';

export function CellsPicture({ architecture, of }: { architecture: Architecture; of: string }) {
  return (
    <div className="cells-picture" tabIndex={0} role="group" aria-label={`Cells of ${of}`}>
      <img
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(cellsSvg(architecture))}`}
        alt={`Cells of ${of}: nodes and the operations between them`}
      />
    </div>
  );
}
