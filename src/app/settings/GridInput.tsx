/** A setting that is a choice of combinations. */
import type { Column } from '../../domain/settings/fields.ts';
import type { EditorProps, Row } from './TableInputs.tsx';

/** Which combinations of two choices there are: a box each. */
export function GridInput({ field, value, change, describedBy }: EditorProps<Row>) {
  const [down, across] = field.columns as readonly [Column, Column];
  const all = (down.options ?? []).flatMap((a) =>
    (across.options ?? []).map((b): Row => ({ [down.key]: a, [across.key]: b })),
  );
  const has = (one: Row): boolean => value.some((row) => sameRow(row, one));
  return (
    <fieldset className="table-setting">
      <legend>{field.label}</legend>
      <table className="grid-setting" aria-describedby={describedBy}>
        <thead>
          <tr>
            <th scope="col">
              {down.label} \ {across.label.toLowerCase()}
            </th>
            {across.options?.map((b) => (
              <th scope="col" key={b}>
                {b}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {down.options?.map((a) => (
            <tr key={a}>
              <th scope="row">{a}</th>
              {across.options?.map((b) => {
                const one: Row = { [down.key]: a, [across.key]: b };
                return (
                  <td key={b}>
                    <input
                      type="checkbox"
                      aria-label={`${down.label} ${a}, ${across.label.toLowerCase()} ${b}`}
                      checked={has(one)}
                      // In one order, whatever the order of choosing: units keep their numbers.
                      onChange={(event) =>
                        change(
                          all.filter((other) =>
                            sameRow(other, one) ? event.target.checked : has(other),
                          ),
                        )
                      }
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  );
}

const sameRow = (a: Row, b: Row): boolean => Object.keys(a).every((key) => a[key] === b[key]);
