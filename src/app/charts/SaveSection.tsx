/** The menu that saves a table outside a panel: of the section that it stands in. */
import { useRef } from 'react';
import { panelFile } from './panel-file.ts';
import { SaveMenu } from './SaveMenu.tsx';

export function SaveSection({ of }: { of: string }) {
  const place = useRef<HTMLSpanElement>(null);
  return (
    <span ref={place} className="panel-actions">
      <SaveMenu
        of={of}
        make={(kind) => panelFile(kind, place.current!.closest('section')!, 'table')}
      />
    </span>
  );
}
