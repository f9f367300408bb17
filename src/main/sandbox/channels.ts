/** The channels of the sandbox: the project's own, with the page's address among their origins. */
import { readFile, writeFile } from 'node:fs/promises';

/** The origins that the project's channels name. */
const usualOrigins = ['http://localhost:8080', 'http://127.0.0.1:8080'];

/**
 * Gives the file with the channels. Where the gateway has other addresses than usual, that is a
 * copy in which the page may be served from there.
 */
export async function provideChannels(files: {
  readonly projectFile: string;
  readonly copy: string;
  /** The gateway's public address and the one on this machine. */
  readonly gatewayUrls: readonly [string, string];
}): Promise<string> {
  const origins = files.gatewayUrls.map((url) => new URL(url).origin);
  if (origins.every((origin) => usualOrigins.includes(origin))) return files.projectFile;
  let channels = await readFile(files.projectFile, 'utf8');
  for (const [at, origin] of origins.entries()) {
    channels = channels.replaceAll(JSON.stringify(usualOrigins[at]), JSON.stringify(origin));
  }
  await writeFile(files.copy, channels);
  return files.copy;
}
