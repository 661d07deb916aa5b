/**
 * The address of an embedded view: `?embed=balance&run=recorded-tiny`, or `&run=files/run.json` for a run file of the
 * same origin; `&theme=dark`, `&step=400` for a moment of it. Pure.
 */
import { recordedPrefix } from '../../storage/recorded-runs.ts';
import { viewDefinitions } from '../views/registry.ts';
import type { View } from '../views/registry.ts';
import type { ViewDefinition } from '../views/view.ts';

export interface EmbedAddress {
  readonly view: View;
  /** A recording's id; or the address of a run file. Null = the first recording. */
  readonly run: { recorded: string } | { file: URL } | null;
  readonly theme: 'light' | 'dark' | null;
  /** Training step of the moment shown; null = the last. */
  readonly step: number | null;
}

const embeddable = viewDefinitions.filter(({ controls }: ViewDefinition) => controls);

/** @returns null for an address that embeds nothing. @throws RangeError naming the part that is wrong, with the mend. */
export function readEmbed(address: URL): EmbedAddress | null {
  const query = address.searchParams;
  const wanted = query.get('embed');
  if (wanted === null) return null;
  const view = embeddable.find(({ id }) => id === wanted)?.id;
  if (!view)
    throw new RangeError(
      `embed=${shorten(wanted)}: there is no such view. Choose from ${embeddable.map(({ id }) => id).join(', ')}.`,
    );
  const theme = query.get('theme');
  if (theme !== null && theme !== 'light' && theme !== 'dark')
    throw new RangeError(`theme=${shorten(theme)}: choose light or dark.`);
  const step = query.get('step');
  if (step !== null && !/^\d{1,9}$/.test(step))
    throw new RangeError(`step=${shorten(step)}: enter a whole number from 0.`);
  return {
    ...{ view, theme, run: readRun(query.get('run'), address) },
    step: step === null ? null : Number(step),
  };
}

function readRun(run: string | null, address: URL): EmbedAddress['run'] {
  if (run === null || run === '') return null;
  if (/^[\w-]{1,60}$/.test(run))
    return { recorded: run.startsWith(recordedPrefix) ? run : `${recordedPrefix}${run}` };
  let file: URL;
  try {
    file = new URL(run, address);
  } catch {
    throw new RangeError(
      `run=${shorten(run)}: enter the name of a recorded search, or the address of a run file.`,
    );
  }
  if (file.origin !== address.origin)
    throw new RangeError(
      `run=${shorten(run)}: a run file must be on ${address.origin}, the origin of this page. Copy it there.`,
    );
  return { file };
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}\u2026` : text);
