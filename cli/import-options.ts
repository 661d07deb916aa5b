/** The arguments of `npm run import`, checked. */
import { Command } from 'commander';
import { optionLimits } from '../src/engine/architecture/import/form.ts';
import type { NumberOption } from '../src/engine/architecture/import/form.ts';
import { publishedCells } from '../src/engine/architecture/import/gallery.ts';
import { wholeNumber } from './search-options.ts';

export interface ImportOptions extends Partial<Record<NumberOption, number>> {
  name?: string;
  published?: string;
  like?: string;
  out: string;
}

const ranged = (option: NumberOption) =>
  wholeNumber(optionLimits[option].least, optionLimits[option].most);

export function importCommand(): Command {
  const published = publishedCells
    .map(({ id, label, source }) => `  ${id.padEnd(16)} ${label}. ${source}`)
    .join('\n');
  return new Command('import')
    .description(
      "Read a published architecture into this lab's JSON: an architecture of the lab, a DARTS genotype in Python's notation,\nthe published architecture of MGAS as JSON, or its genotype and mask file together. Nothing in a file is executed.",
    )
    .argument('[files...]', 'files of one architecture; - reads standard input')
    .option('--name <name>', 'name of the genotype, if the file contains several')
    .option('--cells <number>', 'cells of a DARTS genotype; 20 by default', ranged('cells'))
    .option(
      '--channels <number>',
      'filters of the first cells; 36 by default for a DARTS genotype',
      ranged('channels'),
    )
    .option('--image-size <pixels>', 'pixels per side; 32 by default', ranged('imageSize'))
    .option(
      '--image-channels <number>',
      '1 for gray, 3 for colour (default)',
      ranged('imageChannels'),
    )
    .option('--classes <number>', 'classes; 10 by default', ranged('classes'))
    .option('--published <name>', 'instead of files: a published cell of the gallery')
    .option(
      '--like <architecture>',
      'with --published: use the image size, classes and parameter count of this architecture',
    )
    .option('--out <file>', 'output file of the architecture', 'arch.json')
    .addHelpText('after', `\nPublished cells:\n${published}`)
    .allowExcessArguments(false);
}
