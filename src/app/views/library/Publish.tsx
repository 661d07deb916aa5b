/** What an architecture is published as, without its weights. */
import { publicationsOf } from '../../../domain/architecture/publish/registry.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { saveText } from '../../download.ts';

export function Publish({ architecture, of }: { architecture: Architecture; of: string }) {
  const stem = of.replace(/[^\w-]+/g, '-').slice(0, 60);
  return (
    <details className="publish">
      <summary>Export</summary>
      <div className="buttons">
        {publicationsOf(architecture).map(({ id, label, help, file, write }) => (
          <button
            key={id}
            type="button"
            title={help}
            onClick={() => saveText(write(architecture, null), `${stem}-${file}`)}
          >
            {label}
          </button>
        ))}
      </div>
    </details>
  );
}
