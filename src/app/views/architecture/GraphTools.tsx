/** How a cell or layer is drawn, how large, and which operations are looked for. */
export type Drawing = 'candidates' | 'darts';

const labels: Readonly<Record<Drawing, string>> = {
  candidates: 'Importances',
  darts: 'DARTS figure',
};

const steps = [0, 0.75, 1, 1.5, 2, 3] as const;

interface GraphToolsProps {
  /** That the space has. */
  drawings: readonly Drawing[];
  drawing: Drawing;
  draw: (drawing: Drawing) => void;
  words: string;
  search: (words: string) => void;
  /** Operations that the words find, of all that are drawn. */
  found: string;
  zoom: number;
  setZoom: (zoom: number) => void;
}

export function GraphTools({
  drawings,
  drawing,
  draw,
  words,
  search,
  found,
  zoom,
  setZoom,
}: GraphToolsProps) {
  const at = steps.findIndex((step) => step === zoom);
  return (
    <div className="graph-tools">
      {drawings.length > 1 && (
        <div className="segments" role="radiogroup" aria-label="Drawing">
          {drawings.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="drawing"
                checked={drawing === name}
                onChange={() => draw(name)}
              />
              <span>{labels[name]}</span>
            </label>
          ))}
        </div>
      )}
      {drawing === 'darts' && (
        <>
          <input
            type="search"
            aria-label="Find operations"
            placeholder="Find: sep 3x3"
            value={words}
            onChange={(event) => search(event.target.value)}
          />
          <span className="note" role="status">
            {words.trim() && found}
          </span>
          <span className="zoom" role="group" aria-label="Zoom">
            <button
              type="button"
              aria-label="Zoom out"
              disabled={at <= 0}
              onClick={() => setZoom(steps[at - 1] ?? 0)}
            >
              {'\u2212'}
            </button>
            <span>{zoom === 0 ? 'fit' : `${Math.round(100 * zoom)}%`}</span>
            <button
              type="button"
              aria-label="Zoom in"
              disabled={at === steps.length - 1}
              onClick={() => setZoom(steps[at + 1] ?? zoom)}
            >
              +
            </button>
          </span>
        </>
      )}
    </div>
  );
}
