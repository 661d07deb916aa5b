/** Which cell or layer is looked at. Few of them are buttons in a row, many a list. */
import { cellName, cellTitle, partHeading, useSpace } from '../store/state-name.ts';
import { useShown } from '../store/store.ts';
import { cellCount } from '../../domain/spaces/registry.ts';

interface CellPickerProps {
  cell: number;
  choose: (cell: number) => void;
  /** Radio groups of one page must differ. */
  name: string;
}

const mostButtons = 8;

export function CellPicker({ cell, choose, name }: CellPickerProps) {
  const space = useSpace();
  const cells = cellCount(space);
  const begun = useShown(({ run }) => run.details.at(-1)?.cells.length ?? 0);
  const all = Array.from({ length: cells }, (_, i) => i);
  if (cells > mostButtons) {
    return (
      <select
        aria-label={partHeading(space)}
        value={cell}
        onChange={(event) => choose(Number(event.target.value))}
      >
        {all.map((i) => (
          <option key={i} value={i} disabled={i >= begun && begun > 0}>
            {cellTitle(i, space)}
          </option>
        ))}
      </select>
    );
  }
  return (
    <div className="segments" role="radiogroup" aria-label={partHeading(space)}>
      {all.map((i) => (
        <label
          key={i}
          title={i < begun || begun === 0 ? undefined : 'Its stage has not started'}
          data-begun={i < begun}
        >
          <input type="radio" name={name} checked={cell === i} onChange={() => choose(i)} />
          <span>{cellName(i, space)}</span>
        </label>
      ))}
    </div>
  );
}
