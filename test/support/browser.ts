/** Finds and starts a real headless browser for the tests; a machine without one fails loudly. */
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { unpackChromium } from './packaged-chromium.js';

interface Candidate {
  readonly name: string;
  readonly options: () => Promise<LaunchOptions>;
}

const quietArgs = ['--no-sandbox', '--disable-gpu', '--mute-audio', '--disable-dev-shm-usage'];

const packaged: Candidate = {
  name: 'packaged Chromium',
  options: async () => {
    const { executablePath, env } = await unpackChromium();
    return { executablePath, env };
  },
};

const installed: readonly Candidate[] = [
  { name: "Playwright's own Chromium", options: async () => ({}) },
  { name: 'channel chrome', options: async () => ({ channel: 'chrome' }) },
  { name: 'channel msedge', options: async () => ({ channel: 'msedge' }) },
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser'].map((path) => ({
    name: path,
    options: async () => ({ executablePath: path }),
  })),
];

let announced = false;

/**
 * Starts a headless browser; the caller closes it. `CHROME_PATH` names the only one to try; with `CI`
 * or `BROWSER_PACKAGED` set it is the packaged one, so that every machine tests the same build.
 * Throws an error that lists every attempt when none starts.
 */
export async function launchBrowser(): Promise<Browser> {
  const attempts: string[] = [];
  for (const candidate of candidates()) {
    try {
      const options = await candidate.options();
      const browser = await chromium.launch({ ...options, headless: true, args: quietArgs });
      announce(candidate.name, browser.version());
      return browser;
    } catch (error) {
      attempts.push(`- ${candidate.name}: ${firstLine(error)}`);
    }
  }
  throw new Error(
    `No browser could be started. Set CHROME_PATH to a Chrome or Chromium. Tried:\n${attempts.join('\n')}`,
  );
}

function candidates(): readonly Candidate[] {
  const path = process.env['CHROME_PATH'];
  if (path !== undefined && path !== '') {
    return [{ name: `CHROME_PATH ${path}`, options: async () => ({ executablePath: path }) }];
  }
  if (isSet('CI') || isSet('BROWSER_PACKAGED')) {
    return [packaged];
  }
  return [...installed, packaged];
}

function isSet(name: string): boolean {
  return !['', '0', 'false'].includes(process.env[name] ?? '');
}

function announce(name: string, version: string): void {
  if (!announced) {
    announced = true;
    process.stderr.write(`browser: ${name} ${version}\n`);
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').slice(0, 2).join(' ');
}

/** The folder that SCREENSHOTS names, for whoever wants to look at what a test saw. */
export function screenshotFolder(): string | undefined {
  return process.env['SCREENSHOTS'];
}
