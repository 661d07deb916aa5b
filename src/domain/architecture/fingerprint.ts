import { parseArchitecture } from './schema.ts';
import type { Architecture } from './schema.ts';

/** Of its contents: the same architecture has the same wherever it comes from. 106 bits of a hash. */
export function fingerprint(architecture: Architecture): string {
  const text = JSON.stringify(architecture);
  return [0x811c9dc5, 0x9e3779b9].map((seed) => mix(text, seed).toString(36)).join('-');
}

/** Likewise, whatever the order of its fields: for files that have been through other programs. */
export function portableFingerprint(architecture: Architecture): string {
  return fingerprint(parseArchitecture(architecture));
}

/** cyrb53 (bryc, public domain): 53 bits of a string. */
function mix(text: string, seed: number): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    a = Math.imul(a ^ char, 2654435761);
    b = Math.imul(b ^ char, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
