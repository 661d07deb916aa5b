/** Settings that are lists: whole numbers, and rows of a table. */
import { useRef } from 'react';
import type { Column, Field } from '../../domain/settings/fields.ts';
import { NumberInput } from './NumberInput.tsx';
import './tables.css';

export type Row = Readonly<Record<string, number>>;

export interface EditorProps<Value> {
  field: Field;
  id: string;
  value: readonly Value[];
  change: (next: readonly Value[]) => void;
  invalid: boolean;
  describedBy: string;
}

/** Rows of numbers: each can be moved and removed, and a new one begins as a copy of the last. */
export function TableInput(props: EditorProps<Row>) {
  const { field, id, value, change, invalid, describedBy } = props;
  const { body, focus } = useRows(id);
  const { columns, label } = field;
  const move = (from: number, to: number): void => {
    change(value.toSpliced(from, 1).toSpliced(to, 0, value[from]!));
    focus(to, to < from ? 'up' : 'down');
  };
  return (
    <fieldset className="table-setting">
      <legend>{label}</legend>
      <table aria-describedby={describedBy}>
        <thead>
          <tr>
            <th scope="col">Row</th>
            {columns.map((column) => (
              <th scope="col" key={column.key}>
                {column.label}
              </th>
            ))}
            <th scope="col">
              <span className="visually-hidden">Order</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {value.map((row, i) => (
            <tr key={i}>
              <th scope="row">{i + 1}</th>
              {columns.map((column) => (
                <td key={column.key}>
                  <Entry
                    id={`${id}-${i}-${column.key}`}
                    label={`${column.label}, row ${i + 1}`}
                    column={column}
                    value={row[column.key] ?? Number.NaN}
                    invalid={invalid}
                    change={(next) => change(value.with(i, { ...row, [column.key]: next }))}
                  />
                </td>
              ))}
              <td className="row-buttons">
                <RowButton
                  label={`Move row ${i + 1} up`}
                  to="up"
                  disabled={i === 0}
                  press={() => move(i, i - 1)}
                />
                <RowButton
                  label={`Move row ${i + 1} down`}
                  to="down"
                  disabled={i === value.length - 1}
                  press={() => move(i, i + 1)}
                />
                <RowButton
                  label={`Remove row ${i + 1}`}
                  to="remove"
                  disabled={value.length === 1}
                  press={() => {
                    change(value.toSpliced(i, 1));
                    focus(Math.min(i, value.length - 2), 'remove');
                  }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <button
        type="button"
        className="add-row"
        onClick={() => {
          change([...value, { ...value.at(-1) }]);
          focus(value.length, null);
        }}
      >
        Add a row
      </button>
    </fieldset>
  );
}

/** Whole numbers one after another. */
export function ListInput({
  field: { label },
  id,
  value,
  change,
  invalid,
  describedBy,
}: EditorProps<number>) {
  const { body, focus } = useRows(id);
  return (
    <fieldset className="table-setting list-setting" aria-describedby={describedBy}>
      <legend>{label}</legend>
      <div ref={body} className="list-entries">
        {value.map((number, i) => (
          <NumberInput
            key={i}
            id={`${id}-${i}-`}
            label={`${label}, ${i + 1} of ${value.length}`}
            value={number}
            invalid={invalid}
            width="4.2em"
            onChange={(next) => change(value.with(i, next))}
          />
        ))}
        <button
          type="button"
          onClick={() => {
            change([...value, value.at(-1) ?? 1]);
            focus(value.length, null);
          }}
        >
          Add
        </button>
        <button
          type="button"
          disabled={value.length <= 1}
          onClick={() => {
            change(value.slice(0, -1));
            focus(value.length - 2, null);
          }}
        >
          Remove the last
        </button>
      </div>
    </fieldset>
  );
}

interface EntryProps {
  id: string;
  label: string;
  column: Column;
  value: number;
  invalid: boolean;
  change: (next: number) => void;
}

function Entry({ id, label, column: { options }, value, invalid, change }: EntryProps) {
  if (options) return <Choice {...{ id, label, options, value, change }} />;
  return <NumberInput {...{ id, label, value, invalid }} width="5em" onChange={change} />;
}

interface ChoiceProps {
  id: string;
  label?: string;
  options: readonly number[];
  value: number;
  change: (next: number) => void;
  describedBy?: string;
}

/** One of a few numbers. */
export function Choice({ id, label, options, value, change, describedBy }: ChoiceProps) {
  return (
    <select
      id={id}
      aria-label={label}
      aria-describedby={describedBy}
      value={value}
      onChange={(event) => change(Number(event.target.value))}
    >
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}

const arrows = { up: '\u2191', down: '\u2193', remove: '\u00d7' } as const;

function RowButton({
  label,
  to,
  disabled,
  press,
}: {
  label: string;
  to: keyof typeof arrows;
  disabled: boolean;
  press: () => void;
}) {
  return (
    <button
      type="button"
      className="icon-button small"
      aria-label={label}
      title={label}
      data-to={to}
      disabled={disabled}
      onClick={press}
    >
      {arrows[to]}
    </button>
  );
}

/** Keeps the focus with a row that was added or moved: the element that had it may be gone, or another row's. */
function useRows(id: string) {
  const body = useRef<HTMLTableSectionElement & HTMLDivElement>(null);
  const focus = (row: number, button: keyof typeof arrows | null): void => {
    requestAnimationFrame(() => {
      const entries = body.current?.children[row];
      const own =
        button && entries?.querySelector<HTMLButtonElement>(`[data-to='${button}']:enabled`);
      const first =
        entries?.querySelector<HTMLElement>('input, select') ??
        document.getElementById(`${id}-${row}-`);
      (own ?? first)?.focus();
    });
  };
  return { body, focus };
}
