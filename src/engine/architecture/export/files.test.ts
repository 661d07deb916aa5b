import { expect, it } from 'vitest';
import { exportFormatDefinitions } from '../../../domain/export-formats.ts';
import { exportFiles } from './files.ts';
import { sampleTrained } from './sample.ts';

it.each(exportFormatDefinitions)('$label has the files that its definition lists', (format) => {
  const names = exportFiles(sampleTrained(), format.id).map(({ name }) => name);
  expect(names).toEqual([...format.files, 'card.json']);
});
