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
  'Where the parameters went': 'Parameter reduction by granularity',
  'Longest stage': 'Max epochs per stage',
  'Longest joint stage': 'Max epochs of the joint stage',
  'is \\ taken for': 'True / predicted',
  'its goal is reached': 'target reached',
  'its last epoch is over': 'stopped at the epoch limit',
  'Left by cell': 'Remaining ratio by cell',
  'By hand': 'manual, Pruned manually',
};

/** What the field says, and the page with it: each is a part of a text of the interface. */
const wanted: readonly string[] = [
  ...['Validation accuracy', 'nats per image', 'Remaining ratio', 'Remaining units by stage'],
  ...['ms per step', 'Resume from step', 'Width multiplier', 'Most confident mistakes'],
  ...['could not be imported', 'Untitled', 'Size regularization', 'Stage schedule', 'Event log'],
  ...[
    'Loss became NaN',
    'Parameter reduction by granularity',
    'Joint stage',
    'finished: ',
    'target reached',
  ],
  ...['stopped at the epoch limit', 'Chance level', 'Pruned manually at step'],
  ...['Active since the cell was added', ' non-zero / ', 'True / predicted'],
  ...['Max epochs per stage', 'Re-pruning and regrowth', 'Export'],
];

it('the interface has the field\u2019s terms', () => {
  const texts = execFileSync('git', ['ls-files', 'src/app', 'src/domain', 'src/engine'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((name) => /\.(ts|tsx)$/.test(name) && !name.includes('.test.'))
    .map((name) => readFileSync(name, 'utf8'));
  expect(wanted.filter((term) => !texts.some((text) => text.includes(term)))).toEqual([]);
});

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
