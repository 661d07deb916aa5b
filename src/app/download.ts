/** Hands the discovered network to the user as a file. */
import type { Architecture } from '../engine/architecture/schema.ts';

export function downloadArchitecture(architecture: Architecture): void {
  const { dataset, settings, parameters } = architecture;
  const blob = new Blob([`${JSON.stringify(architecture, null, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `mgas-${dataset.name}-seed${settings.seed}-${parameters.active}-parameters.json`;
  link.click();
  // The browser has opened the blob by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
