/** A number field that keeps what is typed: "1e-", "0." and nothing at all are on the way to a number. */
import { useState } from 'react';

interface NumberInputProps {
  id: string;
  /** NaN while what is typed is no number. */
  value: number;
  onChange: (value: number) => void;
  invalid: boolean;
  describedBy?: string;
  /** Where no label element names it. */
  label?: string;
  width?: string;
}

export function NumberInput({
  id,
  value,
  onChange,
  invalid,
  describedBy,
  width,
  label,
}: NumberInputProps) {
  const [text, setText] = useState(() => String(value));
  // A preset or another field for the same setting changed it: show that.
  const shown = Object.is(parse(text), value) ? text : Number.isNaN(value) ? text : String(value);
  return (
    <input
      id={id}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      value={shown}
      style={width ? { width } : undefined}
      aria-label={label}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      onChange={(event) => {
        setText(event.target.value);
        onChange(parse(event.target.value));
      }}
    />
  );
}

/** "60,000" and "60 000" are numbers to people. */
function parse(text: string): number {
  const plain = text.replace(/[\s,_']/g, '');
  return plain === '' ? Number.NaN : Number(plain);
}
