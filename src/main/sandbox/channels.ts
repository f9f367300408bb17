/** The channels of the sandbox: the project's own, with the page's address among their origins. */
import { readFile, writeFile } from 'node:fs/promises';

/** The origin that the project's channels name. */
const defaultOrigin = 'http://localhost:8080';

/**
 * Gives the file with the channels. Where the gateway has another address than usual, that is a
 * copy in which the page may be served from there.
 */
export async function provideChannels(files: {
  readonly projectFile: string;
  readonly copy: string;
  readonly publicUrl: string;
}): Promise<string> {
  const { origin } = new URL(files.publicUrl);
  if (origin === defaultOrigin) return files.projectFile;
  const channels = await readFile(files.projectFile, 'utf8');
  await writeFile(files.copy, channels.replaceAll(`"${defaultOrigin}"`, JSON.stringify(origin)));
  return files.copy;
}
