/** A command for each view that has a key. */
import type { Command } from './command.ts';
import { openView } from './router.ts';
import type { View } from './router.ts';
import type { ViewDefinition } from './views/view.ts';

export const viewCommands = (all: readonly ViewDefinition[]): Command[] =>
  all.flatMap(({ id, title, key }) =>
    key === null
      ? []
      : {
          name: `view-${id}`,
          key,
          label: `Show ${title.toLowerCase()}`,
          perform: () => openView(id as View),
        },
  );
