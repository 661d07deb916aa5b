/** All data set formats. A file belongs to the first one that claims it, so those with the surest signs come first. */
import { cifarBinary } from './cifar-binary.ts';
import { cifarPython } from './cifar-python.ts';
import type { DatasetFormat } from './format.ts';
import { idx } from './idx.ts';
import { images } from './images.ts';
import { matlab } from './matlab.ts';
import { numpy } from './numpy.ts';
import { stl10 } from './stl10.ts';

export const formats: readonly DatasetFormat[] = [
  numpy,
  matlab,
  cifarPython,
  stl10,
  images,
  // A CIFAR file may begin like anything.
  cifarBinary,
  idx,
];
