/** For tests of the shell. */

/** A search as small as one can be. */
export const smallestSettings: Readonly<Record<string, number>> = {
  'space.cells': 1,
  'space.stages': 1,
  'space.nodes': 1,
  'space.channels': 2,
  'data.imageSize': 4,
  'data.trainImages': 60,
  batchSize: 16,
  'stage.warmUpEpochs': 0,
  'stage.maxEpochs': 1,
  'joint.warmUpEpochs': 0,
  'joint.maxEpochs': 1,
};

/** The arguments of a command that set them. */
export const setEach = (settings: Readonly<Record<string, number>>): string[] =>
  Object.entries(settings).flatMap(([setting, value]) => ['--set', `${setting}=${value}`]);
