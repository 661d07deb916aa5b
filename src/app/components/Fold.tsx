/** On a phone, settings make room for what is looked at: folded away once there is a run, a press away. Elsewhere always open. */
import { useId, useState } from 'react';
import type { ReactNode } from 'react';

export function Fold({
  label,
  folded,
  children,
}: {
  label: string;
  folded: boolean;
  children: ReactNode;
}) {
  const [pressed, setPressed] = useState<boolean | null>(null);
  const id = useId();
  const open = pressed ?? !folded;
  return (
    <div className="fold" data-open={open}>
      <button
        type="button"
        className="fold-toggle"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setPressed(!open)}
      >
        {label}
      </button>
      <div id={id} className="fold-body">
        {children}
      </div>
    </div>
  );
}
