/** The arguments of `npm run import`, checked. */
import { Command, InvalidArgumentError } from 'commander';
import { optionLimits, widthLimits } from '../src/engine/architecture/import/form.ts';
import type { NumberOption } from '../src/engine/architecture/import/form.ts';
import { publishedNetworks } from '../src/engine/architecture/import/gallery.ts';
import { wholeNumber } from './search-options.ts';

export interface ImportOptions extends Partial<Record<NumberOption, number>> {
  name?: string;
  width?: number;
  published?: string;
  like?: string;
  out: string;
}

const ranged = (option: NumberOption) =>
  wholeNumber(optionLimits[option].least, optionLimits[option].most);

function numberBetween(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most))
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
    return value;
  };
}

export function importCommand(): Command {
  const published = publishedNetworks
    .map(({ id, label, source }) => `  ${id.padEnd(20)} ${label}. ${source}`)
    .join('\n');
  return new Command('import')
    .description(
      "Read a published architecture into this lab's JSON: an architecture of the lab, a DARTS genotype in Python's notation,\nthe published architecture of MGAS as JSON, its genotype and mask file together, or the JSON of blocks of ProxylessNAS and\nonce-for-all. Nothing in a file is executed.",
    )
    .argument('[files...]', 'files of one architecture; - reads standard input')
    .option('--name <name>', 'name of the genotype, if the file contains several')
    .option('--cells <number>', 'cells of a DARTS genotype; 20 by default', ranged('cells'))
    .option(
      '--channels <number>',
      'filters of the first cells; 36 by default for a DARTS genotype',
      ranged('channels'),
    )
    .option(
      '--image-size <pixels>',
      'pixels per side; 32 by default, 224 for blocks',
      ranged('imageSize'),
    )
    .option(
      '--image-channels <number>',
      '1 for gray, 3 for colour (default)',
      ranged('imageChannels'),
    )
    .option(
      '--classes <number>',
      'classes; 10 by default, or those of a classifier in the file',
      ranged('classes'),
    )
    .option(
      '--width <factor>',
      'multiplier of the widths, of a choice of once-for-all; 1.3 by default, as in its published super-net',
      numberBetween(widthLimits.least, widthLimits.most),
    )
    .option('--published <name>', 'instead of files: a published cell of the gallery')
    .option(
      '--like <architecture>',
      'with --published: use the image size, classes and parameter count of this architecture',
    )
    .option('--out <file>', 'output file of the architecture', 'arch.json')
    .addHelpText('after', `\nPublished cells:\n${published}`)
    .allowExcessArguments(false);
}
