/** What people call a graphics adapter. */
import type { AdapterInfo } from './messages.ts';

export function adapterName({ vendor, architecture, description, software }: AdapterInfo): string {
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter';
  return software ? `${name} (software)` : name;
}
