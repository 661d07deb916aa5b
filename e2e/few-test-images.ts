/** Fashion-MNIST with its first test images alone, for trainings whose last figure need not be of all 10,000. */
import { readFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';

/** Test images that are served: all 10,000 would take the software adapter minutes an epoch. */
export const testImages = 200;

/** Cuts an IDX file to its first records; the others are as shipped. */
export async function serveFewTestImages(page: Page): Promise<void> {
  await page.context().route(/t10k-.*\.gz$/, async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1)!;
    const idx = gunzipSync(await readFile(`public/data/fashion-mnist/${name}`));
    const header = name.includes('images') ? 16 : 8;
    const record = name.includes('images') ? 28 * 28 : 1;
    const cut = Buffer.from(idx.subarray(0, header + testImages * record));
    cut.writeUInt32BE(testImages, 4);
    await route.fulfill({ body: gzipSync(cut), contentType: 'application/gzip' });
  });
}
