/** Hands the discovered network to the user as a file. */
import type { Architecture } from '../domain/architecture/schema.ts';

export function downloadArchitecture(architecture: Architecture): void {
  const { dataset, settings, parameters } = architecture;
  saveText(
    `${JSON.stringify(architecture, null, 2)}\n`,
    `mgas-${dataset.name}-seed${settings.seed}-${parameters.active}-parameters.json`,
  );
}

export function saveText(text: string, fileName: string): void {
  saveBlob(new Blob([text], { type: 'application/json' }), fileName);
}

export function saveBytes(bytes: Uint8Array, fileName: string): void {
  saveBlob(new Blob([Uint8Array.from(bytes)]), fileName);
}

export function saveBlob(content: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  // The browser has opened the blob by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
