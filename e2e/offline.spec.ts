/** The policy holds in every view, nothing leaves the origin, and the lab works offline once it was opened. */
import { expect, test } from './lab.ts';
import {
  chooseSettings,
  quickSettings,
  searchOver,
  startButton,
  status,
} from './storage-helpers.ts';

test('no view violates the content security policy', async ({ lab, context }) => {
  const policy = (await (await context.request.get('/')).headersArray()).find(
    ({ name }) => name.toLowerCase() === 'content-security-policy',
  );
  expect(policy?.value).toContain("default-src 'none'");
  await lab.addInitScript(() => {
    const violations: string[] = ((window as unknown as { violations: string[] }).violations = []);
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      violations.push(`${violatedDirective} ${blockedURI}`),
    );
  });
  await lab.reload();
  await expect(startButton(lab)).toBeEnabled();
  for (const link of await lab.getByRole('navigation', { name: 'Views' }).getByRole('link').all()) {
    await link.click();
    await expect(lab.getByText('Loading this view.')).toHaveCount(0);
  }
  await chooseSettings(lab, quickSettings);
  await startButton(lab).click();
  await expect(status(lab)).toContainText(/pruning|warming/, { timeout: 180_000 });
  expect(
    await lab.evaluate(() => (window as unknown as { violations: string[] }).violations),
  ).toEqual([]);
  // The policy is not only there: what it forbids does not run.
  const other = await context.newPage();
  await other.goto('/');
  await other.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true';
    document.head.append(script);
  });
  expect(
    await other.evaluate(() => (window as unknown as { ranInline?: boolean }).ranInline),
  ).toBeUndefined();
  await other.close();
});

test('the offline cache contains TensorFlow.js once for all workers', async ({ request }) => {
  const worker = await (await request.get('/sw.js')).text();
  const files = [...worker.matchAll(/assets\/[\w.-]+\.js/g)].map(([file]) => file);
  const sources = await Promise.all(
    files.map(async (file) => (await request.get(`/${file}`)).text()),
  );
  for (const flag of ['WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 'WEBGL_DELETE_TEXTURE_THRESHOLD'])
    expect(sources.filter((source) => source.includes(flag))).toHaveLength(1);
});

test.describe('offline', () => {
  test.use({ serviceWorkers: 'allow' });
  test('the lab opens and searches', async ({ page, context }) => {
    await page.goto('/');
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      if (active!.state !== 'activated')
        await new Promise((resolve) =>
          active!.addEventListener(
            'statechange',
            () => active!.state === 'activated' && resolve(null),
          ),
        );
    });
    await context.setOffline(true);
    await page.reload();
    await expect(startButton(page)).toBeEnabled();
    await chooseSettings(page, quickSettings);
    await startButton(page).click();
    await searchOver(page, /^(Finished|Stopped at)/);
  });
});
