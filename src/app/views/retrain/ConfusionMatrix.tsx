/** Which classes the network takes for which, on the test set. A table, so that it can be read without its shades. */
import { integer, percent } from '../../format.ts';
import { useTraining } from '../../sessions/training.ts';
import { TableScroll } from '../../components/TableScroll.tsx';

export function ConfusionMatrix() {
  const evaluation = useTraining((s) => s.evaluations.at(-1) ?? null);
  const names = useTraining((s) => s.started?.dataset.classNames ?? null);
  if (!evaluation || !names)
    return <p className="empty">Appears after the first pass over the test set.</p>;
  const { confusion } = evaluation;
  return (
    <TableScroll label="Confusion matrix">
      <table className="confusion">
        <caption className="visually-hidden">
          Rows: true class. Columns: predicted class. Entries: images.
        </caption>
        <thead>
          <tr>
            <th scope="col">True / predicted</th>
            {names.map((name) => (
              <th scope="col" key={name} title={name}>
                <span>{name}</span>
              </th>
            ))}
            <th scope="col">Recall</th>
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, label) => {
            const total = row.reduce((a, b) => a + b, 0);
            return (
              <tr key={names[label]}>
                <th scope="row">{names[label]}</th>
                {row.map((images, predicted) => (
                  <td
                    key={names[predicted]}
                    style={{
                      background: `color-mix(in srgb, var(--${predicted === label ? 'weight' : 'filter'}) ${Math.round((35 * images) / Math.max(1, total))}%, transparent)`,
                    }}
                    title={`True ${names[label]}, predicted ${names[predicted]}: ${integer(images)}`}
                  >
                    {images || ''}
                  </td>
                ))}
                <td>{total > 0 ? percent(row[label]! / total) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}
