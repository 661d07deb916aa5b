import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { paperSettings } from '../src/domain/settings/presets.ts';
import { kernelsOf, searchCommand, settingsOf, type SearchOptions } from './search-options.ts';

const presets = { tiny: paperSettings, paper: paperSettings };

function parse(...args: string[]): SearchOptions {
  const command = searchCommand(Object.keys(presets))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(args, { from: 'user' }).opts<SearchOptions>();
}

describe('arguments', () => {
  it('have defaults', () => {
    expect(parse()).toEqual({
      dataset: 'fashion-mnist',
      preset: 'tiny',
      set: [],
      out: 'arch.json',
      images: 'auto',
      json: false,
      labels: 'fine',
      skipUnreadable: false,
      split: [],
      upright: false,
      backend: 'webgpu',
    });
  });

  it('become settings', () => {
    const settings = settingsOf(
      parse(
        '--seed',
        '7',
        '--target-params',
        '1234',
        '--set',
        'stage.maxEpochs=13',
        '--set',
        'data.flip=false',
      ),
      presets,
    );
    expect(settings).toEqual({
      ...paperSettings,
      seed: 7,
      targetParameters: 1234,
      stage: { ...paperSettings.stage, maxEpochs: 13 },
      data: { ...paperSettings.data, flip: false },
    });
    expect(paperSettings.seed).toBe(1);
  });

  it.each([
    [['--preset', 'huge'], /Allowed choices are tiny, paper/],
    [['--seed', '-1'], /whole number from 0 to 4294967295/],
    [['--seed', 'x'], /whole number/],
    [['--target-params', '0'], /whole number from 1/],
    [['--backend', 'cuda'], /Allowed choices are webgpu, cpu/],
    [['--sed', '1'], /unknown option '--sed'/],
    [['extra'], /too many arguments/],
  ])('%j is an error', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
    expect(() => parse(...args)).toThrow(CommanderError);
  });

  it.each([
    [
      'stage.maxEpoch=3',
      /--set stage\.maxEpoch: there is no such setting. Settings are seed, space\.cells, /,
    ],
    ['constructor.name=3', /no such setting/],
    ['batchSize', /--set batchSize: the value is missing: write --set batchSize=96/],
    ['batchSize=many', /--set batchSize: 'many' is not a JSON value; it is 96 now/],
    ['batchSize=0', /--set batchSize: must be at least 1/],
  ])('--set %s is rejected', (assignment, message) => {
    expect(() => settingsOf(parse('--set', assignment), presets)).toThrow(message);
  });

  it('choose kernels that the backend can run', () => {
    expect(kernelsOf(parse())).toBe('own');
    expect(kernelsOf(parse('--kernels', 'composed'))).toBe('composed');
    expect(kernelsOf(parse('--backend', 'cpu'))).toBe('composed');
    expect(() => kernelsOf(parse('--backend', 'cpu', '--kernels', 'own'))).toThrow(
      /--kernels own needs --backend webgpu/,
    );
  });
});
