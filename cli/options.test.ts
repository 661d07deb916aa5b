import { expect, it } from 'vitest';
import { compareCommand } from './compare-options.ts';
import { retrainCommand } from './retrain-options.ts';
import { searchCommand } from './search-options.ts';

const commands = [searchCommand(['tiny']), retrainCommand(), compareCommand(['tiny'])];

// An option that is added behind a `return` is one that nobody can give.
it.each(commands.map((command) => [command.name(), command] as const))(
  '%s accepts the options of all long commands',
  (name, command) => {
    const long = command.options.map((option) => option.long);
    const wanted = ['--dataset', '--backend', '--kernels', '--adapter', '--skip-unreadable'];
    expect(long).toEqual(expect.arrayContaining(wanted));
    if (name !== 'compare') expect(long).toContain('--log');
  },
);
