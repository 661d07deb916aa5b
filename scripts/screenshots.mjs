/* global document, location -- in functions that run in the page */
/**
 * `npm run screenshots`: builds the lab, runs a real tiny search in Chromium, and takes every view in both themes at
 * 1440x900 and 390x844 into screenshots/ (git-ignored), for people to look at.
 *
 *   npm run screenshots -- [--port 4312] [--set data.trainImages=400 ...]   a shorter search for a slow machine
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';
import { install, main, root } from './install.mjs';

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const folder = join(root, 'screenshots');
const vite = join(root, 'node_modules/.bin/vite');
/** Not dist/: `npm start` may be serving that. */
const site = 'test-results/screenshots-site';

/** Pictures of one view that differ by what is chosen in it. */
const variants = {
  architecture: [
    { name: 'architecture', choose: ['One cell'] },
    { name: 'architecture-network', choose: ['Whole network'] },
  ],
  discretization: ['Operations', 'Filters', 'Weights'].map((level) => ({
    name: `discretization-${level.toLowerCase()}`,
    choose: [level],
  })),
};

/** Set once what `tsx` needs is installed. */
let views = [];

await main(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4312' },
      set: { type: 'string', multiple: true, default: [] },
    },
  });
  install();
  views = (await import('../src/app/views/registry.ts')).views;
  const executablePath = ensureChromium();
  if (
    spawnSync(vite, ['build', '--logLevel', 'warn', '--outDir', site], {
      cwd: root,
      stdio: 'inherit',
    }).status !== 0
  )
    throw new Error('The build failed; see above.');
  const server = spawn(vite, ['preview', '--outDir', site, '--port', values.port, '--strictPort'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const { chromium } = await import('@playwright/test');
    const browser = await chromium.launch({
      executablePath,
      args: [
        '--headless=new',
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
      ],
    });
    try {
      await takeAll(
        await browser.newPage({ viewport: sizes[0] }),
        `http://localhost:${values.port}/`,
        values.set,
      );
    } finally {
      await browser.close();
    }
  } finally {
    server.kill();
  }
});

async function takeAll(page, address, settings) {
  page.on('pageerror', (error) => process.stderr.write(`page: ${error.message}\n`));
  await reach(page, address);
  mkdirSync(folder, { recursive: true });
  await eachWay(page, 'empty');
  await applySettings(page, settings);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText(/^Finished/).waitFor({ timeout: 1_800_000 });
  await eachWay(page, '');
}

async function reach(page, address) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await page.goto(address);
    } catch (error) {
      if (attempt === 40) throw error;
      await page.waitForTimeout(250);
    }
  }
}

async function applySettings(page, settings) {
  if (settings.length === 0) return;
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings of the next search' });
  await dialog
    .locator('details')
    .evaluateAll((groups) => groups.forEach((group) => (group.open = true)));
  for (const setting of settings) {
    const [path, value] = setting.split('=');
    await dialog.locator(`#setting-${path.replaceAll('.', '-')}`).fill(value);
  }
  await dialog.getByRole('button', { name: 'Close' }).click();
}

async function eachWay(page, prefix) {
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const theme of ['light', 'dark']) {
      await page.evaluate((wanted) => {
        if (document.documentElement.dataset.theme !== wanted)
          document.querySelector('[aria-label$=" theme"]').click();
      }, theme);
      for (const view of prefix === 'empty' ? ['overview', 'discretization'] : views) {
        await page.evaluate(
          (name) =>
            (location.hash = location.hash.includes('#/run/')
              ? location.hash.replace(/[\w-]*$/, name)
              : `#/run/current/${name}`),
          view,
        );
        await page.locator(`main .view.${view}`).waitFor();
        for (const { name, choose } of (prefix === '' && variants[view]) || [
          { name: view, choose: [] },
        ]) {
          for (const label of choose)
            await page.getByRole('radio', { name: label }).check({ force: true });
          // Canvases draw ten times a second at most.
          await page.waitForTimeout(500);
          const path = join(
            folder,
            `${[prefix, name].filter(Boolean).join('-')}-${theme}-${size.width}.png`,
          );
          await page.screenshot({ path, fullPage: size.width < 1000 });
          process.stdout.write(`${path}\n`);
        }
      }
    }
  }
  await page.setViewportSize(sizes[0]);
}
