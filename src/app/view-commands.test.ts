import { expect, it } from 'vitest';
import { viewCommands } from './view-commands.ts';
import { viewDefinitions } from './views/registry.ts';
import type { ViewDefinition } from './views/view.ts';

const keysOf = (all: readonly ViewDefinition[]) => viewCommands(all).map(({ key }) => key);

it('no key opens two views, and an eleventh view has no key', () => {
  const keys = keysOf(viewDefinitions);
  expect(new Set(keys).size).toBe(keys.length);
  const eleventh = { ...viewDefinitions[0], id: 'an-eleventh', key: null };
  expect(keysOf([...viewDefinitions, eleventh])).toEqual(keys);
  expect(viewCommands(viewDefinitions)[0]).toMatchObject({
    name: 'view-overview',
    key: '1',
    label: 'Show overview',
  });
});

it('each view lies in the folder of its id, and each such folder is a view', async () => {
  const modules = import.meta.glob<{ default: ViewDefinition }>('./views/*/index.ts');
  const folders = Object.keys(modules).map((path) => path.split('/')[2]);
  expect(folders.sort()).toEqual(viewDefinitions.map(({ id }) => id).sort());
  for (const [path, load] of Object.entries(modules))
    expect((await load()).default.id).toBe(path.split('/')[2]);
});
