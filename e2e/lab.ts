/** What every browser test wants: a lab whose console and network are watched from the first request on. */
import { test as base, expect, type Page } from '@playwright/test';

interface Watch {
  /** Console errors, uncaught exceptions and failed requests. */
  readonly problems: string[];
  /** Requests that left the lab's own origin. */
  readonly foreign: string[];
}

function watch(page: Page, origin: string): Watch {
  const problems: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // A reload cuts off what the page was still loading.
    if (reason !== 'net::ERR_ABORTED') problems.push(`request failed: ${request.url()} ${reason}`);
  });
  // The context, not the page: it sees the requests of workers too.
  page.context().on('request', (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== origin) foreign.push(request.url());
  });
  return { problems, foreign };
}

/** Opens the lab before each test, and fails the test for console errors and for requests to other origins. */
export const test = base.extend<{ lab: Page }>({
  lab: async ({ page, baseURL }, use) => {
    const { problems, foreign } = watch(page, new URL(baseURL!).origin);
    // Tests of searches begin with an empty lab; recorded.spec.ts has the one that a visitor meets.
    await page.addInitScript(() => localStorage.setItem('mgas-opening', 'empty'));
    await page.goto('/');
    await use(page);
    expect(problems, 'errors in the page').toEqual([]);
    expect(foreign, 'requests to other origins').toEqual([]);
  },
});
export { expect };
