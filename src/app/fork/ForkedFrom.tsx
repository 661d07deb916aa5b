/** What a fork came from: parent, step, and what was changed. */
import type { Ancestor } from '../../domain/events/ancestry.ts';
import { integer } from '../format.ts';
import { viewHref } from '../router.ts';
import { changesText } from './describe.ts';

/** Nothing for a run that is no fork. */
export function ForkedFrom({ ancestry }: { ancestry: readonly Ancestor[] | undefined }) {
  const parent = ancestry?.at(-1);
  if (!parent) return null;
  return (
    <span className="forked-from" title={ancestry!.length > 1 ? lineText(ancestry!) : undefined}>
      fork of <a href={viewHref('overview', parent.id)}>{parent.name}</a> at step{' '}
      {integer(parent.step)}: {changesText(parent.changes)}
    </span>
  );
}

/** All ancestors, the first one first. */
const lineText = (ancestry: readonly Ancestor[]): string =>
  ancestry
    .map(({ name, step, changes }) => `${name}, step ${integer(step)}: ${changesText(changes)}`)
    .join('\n');
