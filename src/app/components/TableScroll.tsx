/** A table that may be wider or longer than its panel: it scrolls, and the keyboard reaches it. */
import type { ReactNode } from 'react';

export function TableScroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}

export function HeadRow({ heads }: { heads: readonly string[] }) {
  return (
    <tr>
      {heads.map((head) => (
        <th scope="col" key={head}>
          {head}
        </th>
      ))}
    </tr>
  );
}
