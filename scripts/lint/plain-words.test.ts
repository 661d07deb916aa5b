/** Old turns of phrase that must not come back into interface, shell, documents or comments. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Each with what the field says. */
const oldTurns: Readonly<Record<string, string>> = {
  'images right': 'accuracy',
  'nats an image': 'nats per image',
  'What is left': 'Remaining ratio',
  'Take it away': 'export',
  'take away': 'export',
  'taken away': 'exported, removed',
  'one to mend': '1 error',
  'gone on with': 'resumed',
  'gone on from': 'resumed from',
  'told of': 'reported',
  'Told of': 'Called with',
  'not taken in': 'could not be imported',
  'Without a name': 'Untitled',
  'As it happens': 'Event log',
  'Most wrong': 'most confident mistakes',
  'Left by stage': 'remaining units by stage',
  'Rhythm of a stage': 'stage schedule',
  'pressure to be small': 'size regularization',
};

it('no file says in an old turn what the field has a term for', () => {
  const files = execFileSync(
    'git',
    ['ls-files', 'src', 'cli', 'workers', 'docs', 'e2e', 'README.md'],
    {
      encoding: 'utf8',
    },
  )
    .split('\n')
    .filter((name) => /\.(ts|tsx|md)$/.test(name));
  expect(files.length).toBeGreaterThan(300);
  const found = files.flatMap((name) => {
    const text = readFileSync(name, 'utf8');
    return Object.entries(oldTurns).flatMap(([turn, better]) =>
      text.includes(turn) ? [`${name}: \u201c${turn}\u201d; say ${better}`] : [],
    );
  });
  expect(found).toEqual([]);
});
