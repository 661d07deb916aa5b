import { describe, expect, it } from 'vitest';
import type { Choices } from '../outline.ts';
import { outlineSentence } from '../outline.ts';
import { parseLabelList } from './label-list.ts';
import { splitTree } from './split-tree.ts';
import type { TreePlan } from './tree.ts';

/** `train/{cat,dog}*3` stands for three images in each. */
function paths(...patterns: string[]): string[] {
  return patterns.flatMap((pattern) => {
    const [, folder, times] = /^(.*?)(?:\*(\d+))?$/.exec(pattern)!;
    const [, before, inside, after] = /^(.*?)\{(.*)\}(.*)$/.exec(folder!) ?? [
      null,
      folder!,
      '',
      '',
    ];
    const folders = inside ? inside.split(',').map((one) => `${before}${one}${after}`) : [before];
    return folders.flatMap((one) =>
      Array.from({ length: Number(times ?? 1) }, (_, i) => `${one ? `${one}/` : ''}${i}.png`),
    );
  });
}

/** Counts as "train cat 3", in order. */
function counts({ places, classNames }: TreePlan): string[] {
  const found = new Map<string, number>();
  for (const place of places) {
    if (!place) continue;
    const key = `${place.split} ${classNames[place.label]}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return [...found].map(([key, count]) => `${key} ${count}`).sort();
}

const plan = (files: string[], split: Choices['split'] = {}) => splitTree(files, split);
const usual = ['test cat 2', 'test dog 2', 'train cat 3', 'train dog 3'];

describe('splits', () => {
  it.each<[string, string[]]>([
    ['train and test', paths('train/{cat,dog}*3', 'test/{cat,dog}*2')],
    [
      'seg_train and seg_test, twice',
      paths(
        'seg_train/seg_train/{cat,dog}*3',
        'seg_test/seg_test/{cat,dog}*2',
        'seg_pred/seg_pred*4',
      ),
    ],
    ['training_set and test_set', paths('training_set/{cat,dog}*3', 'test_set/{cat,dog}*2')],
    [
      'Training and Test',
      paths('Training/{cat,dog}*3', 'Test/{cat,dog}*2', 'test-multiple_fruits*3'),
    ],
    ['train_images and holdout', paths('train_images/{cat,dog}*3', 'holdout/{cat,dog}*2')],
    ['evaluation', paths('TRAIN/{cat,dog}*3', 'evaluation/{cat,dog}*2')],
    ['a set in a set', paths('x/train/{cat,dog}*3', 'x/test/{cat,dog}*2', 'x/x/train/{cat,dog}*3')],
    [
      'a folder of images in each class',
      paths('train/{cat,dog}/images*3', 'test/{cat,dog}/images*2'),
    ],
    [
      'strays beside',
      paths('train/{cat,dog}*3', 'test/{cat,dog}*2', 'docs*3', 'unlabeled*9', '*1'),
    ],
    ['inside out', paths('{cat,dog}/train*3', '{cat,dog}/test*2', 'docs*2')],
    ['other case and accents', [...paths('train/{cat,dog}*3', 'test/{Cat,dog}*2')]],
  ])('finds %s', (_, files) => {
    const result = plan(files);
    expect([result.problem, counts(result)]).toEqual([null, usual]);
    expect(result.roles.every(({ question }) => question === null)).toBe(true);
  });

  it('recognizes validation folders', () => {
    expect(counts(plan(paths('train/{a,b}*2', 'dev/{a,b}', 'valid_more/{a,b}')))).toEqual([
      'train a 2',
      'train b 2',
      'validation a 1',
      'validation b 1',
    ]);
  });

  it('reports what it excluded', () => {
    const { leftOut } = plan(paths('train/{a,b}*2', 'test/{a,b,c}', 'docs*3', '*1'));
    expect(outlineSentence({ splits: [], leftOut })).toBe(
      'left out: 0.png, docs/ (3 images), test/c/ (1 image)',
    );
  });
});

describe('classes', () => {
  it.each<[string, string[], string[]]>([
    ['folders', paths('{b,a}*2'), ['a', 'b']],
    ['folders beside a cover', paths('mine/{b,a}*2', '*1'), ['a', 'b']],
    ['folders beside samples', paths('{b,a}*2', 'unlabeled*9', 'docs*2'), ['a', 'b']],
    [
      'names that hold the word of a split',
      paths('{test tube,pipette}*3'),
      ['pipette', 'test tube'],
    ],
    ['names of all splits and another', paths('{test,toast,train}*4'), ['test', 'toast', 'train']],
  ])('are %s', (_, files, names) => {
    const result = plan(files);
    expect([result.problem, result.classNames]).toEqual([null, names]);
    expect(result.roles.filter(({ question }) => question)).toEqual([]);
  });

  it('asks about a class that has the name of a split', () => {
    const files = paths('{bus,car,train}*4');
    const asked = plan(files).roles.filter(({ question }) => question);
    expect(asked.map(({ path }) => path)).toEqual(['train']);
    const classes = plan(files, { train: 'class' });
    expect([classes.classNames, classes.roles.filter(({ question }) => question)]).toEqual([
      ['bus', 'car', 'train'],
      [],
    ]);
    expect(plan(files, { train: 'out' }).classNames).toEqual(['bus', 'car']);
  });

  it('asks about class folders beside splits of the same classes', () => {
    const asked = plan(paths('train/{cat,dog}*3', '{cat,dog}*3')).roles.filter(
      ({ question }) => question,
    );
    expect(asked.map(({ path }) => path)).toEqual(['cat', 'dog']);
  });

  it('asks which of two folders is the split', () => {
    const asked = plan(paths('train/{a,b}*2', 'test/{a,b}', 'evaluation/{a,b}')).roles.filter(
      ({ question }) => question,
    );
    expect(asked.map(({ path }) => path)).toEqual(['test', 'evaluation']);
    expect(
      counts(
        plan(paths('train/{a,b}*2', 'test/{a,b}', 'evaluation/{a,b}'), {
          evaluation: 'out',
          test: 'test',
        }),
      ),
    ).toEqual(['test a 1', 'test b 1', 'train a 2', 'train b 2']);
  });

  it('are all folders where no folder is a split', () => {
    expect(plan(paths('train/{cat,dog}*3', 'test/{cat,dog}*2'), 'none').classNames).toEqual([
      'test',
      'train',
    ]);
  });

  it.each<[string, string[], RegExp]>([
    ['only flat splits', paths('train*4', 'test*4'), /train\/ holds 4 images and no class folders/],
    [
      'only test images',
      paths('test/{a,b}*2', 'docs*1'),
      /expected training images, found only test\//,
    ],
    [
      'classes in file names',
      ['cat.1.jpg', 'cat.2.jpg', 'dog.1.jpg'],
      /classes seem to be in the file names \(cat, dog\)/,
    ],
  ])('are not derived from %s', (_, files, problem) => {
    expect(plan(files).problem).toMatch(problem);
  });

  it('rejects a choice for a missing folder', () => {
    expect(plan(paths('{a,b}*2'), { c: 'out' }).problem).toMatch(
      /no folder 'c' with images; the folders are/,
    );
  });
});

describe('lists of labels', () => {
  const train = paths('train/{n1,n2}*2');
  const val = ['val/images/v0.JPEG', 'val/images/v1.JPEG', 'val/images/v2.JPEG'];
  const read = (...lines: string[]) => {
    const list = parseLabelList('val.txt', lines);
    return counts(splitTree([...train, ...val], {}, list ? [list] : []));
  };
  const split = ['train n1 2', 'train n2 2'];

  it.each<[string, string[]]>([
    [
      'names and boxes',
      ['v0.JPEG\tn1\t0\t0\t62\t62', 'v1.JPEG\tn2\t0\t0\t9\t9', 'v2.JPEG\tn2\t0\t0\t62\t62'],
    ],
    [
      'a table with a header',
      ['ImageId,PredictionString', 'v0,n1 1 2 3 4', 'v1,n2 1 2 3 4', 'v2,n2 5 6 7 8'],
    ],
    ['numbers from 0', ['v0.JPEG 0', 'v1.JPEG 1', 'v2.JPEG 1']],
    ['paths', ['val/images/v0.JPEG,n1', 'val/images/v1.JPEG,n2', 'val/images/v2.JPEG,n2']],
  ])('are read from %s', (_, lines) => {
    expect(read(...lines)).toEqual([...split, 'validation n1 1', 'validation n2 2']);
  });

  it.each<[string, string[]]>([
    ['numbers that may count from 1', ['v0.JPEG 1', 'v1.JPEG 2', 'v2.JPEG 2']],
    ['other images', ['w0.JPEG n1', 'w1.JPEG n2']],
    ['several labels for an image', ['v0.JPEG n1', 'v0.JPEG n2', 'v1.JPEG n1', 'v2.JPEG n1']],
  ])('are not read from %s', (_, lines) => {
    expect(read(...lines)).toEqual(split);
  });
});
