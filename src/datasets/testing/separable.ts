/** For tests: images that tell their class at a glance, in class folders of a zip, as a user has them: sorted by class. */
import { presets } from '../../domain/settings/presets.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { makePng, makeZip } from '../files/testing.ts';
import { hash } from '../random.ts';

const side = 16;
const classes = ['north-east', 'north-west', 'south-east', 'south-west'];

/** Four classes: which quarter of the image is bright. The rest is noise. */
export function separableZip(imagesPerClass = 150): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  classes.forEach((name, label) => {
    for (let i = 0; i < imagesPerClass; i++) {
      const pixels = Uint8Array.from({ length: side * side }, (_, p) => {
        const noise = hash(label, i, p) % 80;
        const quarter = (Math.floor(p / side) < side / 2 ? 0 : 2) + (p % side < side / 2 ? 1 : 0);
        return quarter === label ? 150 + noise : noise;
      });
      files[`${name}/${String(i).padStart(3, '0')}.png`] = makePng(pixels, side, side);
    }
  });
  return makeZip(files);
}

/** `tiny`, in about 150 steps. */
export const shortTiny: SearchSettings = {
  ...presets.tiny,
  data: { ...presets.tiny.data, trainImages: 240 },
  stage: { ...presets.tiny.stage, maxEpochs: 3 },
  joint: { ...presets.tiny.joint, maxEpochs: 3 },
};
