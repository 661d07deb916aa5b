/** The arguments of `npm run data`. */
import { Command } from 'commander';
import { addDataOptions, type DataOptions } from '../data-options.ts';
import { wholeNumber } from '../search-options.ts';

export interface DataCommandOptions extends DataOptions {
  size?: number;
  json: boolean;
  out?: string;
}

export function dataCommand(): Command {
  const command = new Command('data')
    .description('Report how the lab reads a data set, and write its arrays as NumPy.')
    .argument(
      '<path>',
      "a file, archive or folder: images in class folders, CIFAR, IDX, NumPy, MATLAB, STL-10; or 'fashion-mnist'",
    )
    .option(
      '--size <pixels>',
      'resize all images to this many pixels per side; by default photos to 32, arrays unchanged',
      wholeNumber(1, 1024),
    );
  return addDataOptions(command)
    .option('--json', 'write the result, or the error, as one JSON object', false)
    .option(
      '--out <file>',
      'write x_train, y_train, x_test, y_test (uint8 NHWC, int64) and class_names as .npz',
    )
    .allowExcessArguments(false);
}
