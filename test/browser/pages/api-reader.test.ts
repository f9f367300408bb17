import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBrowserAssets } from '../../../src/main/browser-assets.js';
import { launchBrowser, screenshotFolder } from '../../support/browser.js';
import { startGateway } from '../../unit/gateway/gateway-fixture.js';

let browser: Awaited<ReturnType<typeof launchBrowser>>;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('the API can be read in a page that asks nobody but the gateway', async () => {
  const { url } = await startGateway({ assets: await buildBrowserAssets() });
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  const complaints: string[] = [];
  const asked = new Set<string>();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:') asked.add(origin);
  });

  await page.goto(`${url}/docs`);
  const operation = page.locator('#operations-Customers-postMessage');
  await operation.locator('.opblock-summary').click();
  await expect.poll(() => operation.innerText()).toContain('THREAD_CLOSED');
  const folder = screenshotFolder();
  if (folder !== undefined) await page.screenshot({ path: `${folder}/api-reader.png` });

  expect(complaints).toEqual([]);
  expect([...asked]).toEqual([url]);
  const { paths, webhooks } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: object;
    webhooks: object;
  };
  await expect
    .poll(() => page.locator('.opblock').count())
    .toBe([paths, webhooks].flatMap(Object.values).flatMap(Object.keys).length);

  // What a platform is sent is read there as well, with what its answers mean.
  const webhook = page.locator('.webhooks .opblock').first();
  await webhook.locator('.opblock-summary').click();
  await expect.poll(() => webhook.innerText()).toContain('webhook-signature');
  await expect.poll(() => webhook.innerText()).toContain('will never take it');
  if (folder !== undefined) {
    await webhook.scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${folder}/api-reader-webhooks.png` });
  }
  expect(complaints).toEqual([]);
  await page.close();
});

test('the page of the API fits a phone, and is dark where the reader wants it dark', async () => {
  const { url } = await startGateway({ assets: await buildBrowserAssets() });
  const page = await browser.newPage({
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  await page.goto(`${url}/docs`);
  await page.getByRole('table').first().waitFor();
  const sideways = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(sideways).toBe(0);
  const ground = () =>
    page.evaluate("getComputedStyle(document.querySelector('.swagger-ui')).backgroundColor");
  const dark = await ground();
  const folder = screenshotFolder();
  if (folder !== undefined) await page.screenshot({ path: `${folder}/api-reader-phone.png` });
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(ground).not.toBe(dark);
  await page.close();
});
