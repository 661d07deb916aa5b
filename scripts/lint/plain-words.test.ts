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
  ...[
    'stopped at the epoch limit',
    'Stopped at the epoch limit',
    'Chance level',
    'Pruned manually at step',
  ],
  ...['Active since the ', ' non-zero / ', 'True / predicted'],
  ...['Max epochs per stage', 'Re-pruning and regrowth', 'Export', 'cross-entropy'],
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

/** Figures of speech that no text of interface, shell, errors, documents or test names needs. Comments are not looked at. */
const idioms: readonly RegExp[] = [
  /\b(go|goes|going|gone|went) on\b/i,
  /\banew\b/i,
  /\bany more\b(?= ?[.:;,)'"`])/i,
  /\b(by|at) hand\b/i,
  /\bwhatever (its|the|is|was|they|length|happens)\b/i,
  /\bgone with this\b/i,
  /\btaken (for|in|back|away)\b/i,
  /\bthrown away\b/i,
  /\brefused in words\b/i,
  /\b(is|are) told\b/,
  /\btells of\b/,
  /\bof one[\u2019']s own\b/,
  /\bit is said\b/,
  /(?<!\b[Tt]here )\bis no (number|file|JSON|value|folder|checkpoint|zip|storage|layer)\b/,
  /\bthere is none\b(?=[:,] )/,
  /\bnewest moment\b/,
  /\b(images|steps|rounds|bytes|MiB|pixels|epochs|ms) an? (step|image|stage|round|run|line|side|class|second|batch|process)\b/,
];

/** Without its comments, whose lines stay empty. */
const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|\s)\/\/.*$/gm, '$1');

const filesUnder = (...folders: string[]): string[] =>
  execFileSync('git', ['ls-files', ...folders], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => /\.(ts|tsx|md)$/.test(name) && !name.endsWith('plain-words.test.ts'));

const documents = ['docs', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'];

it('no text and no test name has a figure of speech', () => {
  const found = filesUnder(
    'src',
    'cli',
    'workers',
    'e2e',
    'scripts',
    'bench',
    ...documents,
  ).flatMap((name) => {
    const text = readFileSync(name, 'utf8');
    const lines = (name.endsWith('.md') ? text : withoutComments(text)).split('\n');
    return lines.flatMap((line, i) =>
      idioms.flatMap((idiom) => {
        const match = idiom.exec(line);
        return match ? [`${name}:${i + 1}: \u201c${match[0]}\u201d`] : [];
      }),
    );
  });
  expect(found).toEqual([]);
});

it('no file has an old turn of phrase for a term of the field', () => {
  const files = filesUnder('src', 'cli', 'workers', 'e2e', ...documents);
  expect(files.length).toBeGreaterThan(300);
  const found = files.flatMap((name) => {
    const text = readFileSync(name, 'utf8');
    return Object.entries(oldTurns).flatMap(([turn, better]) =>
      text.includes(turn) ? [`${name}: \u201c${turn}\u201d; say ${better}`] : [],
    );
  });
  expect(found).toEqual([]);
});
