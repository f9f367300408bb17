/**
 * The channels of the sandbox: the project's own, with the page's address among their origins, and
 * the example of a platform as one more.
 */
import { readFile, writeFile } from 'node:fs/promises';

/** The origins that the project's channels name. */
const usualOrigins = ['http://localhost:8080', 'http://127.0.0.1:8080'];

/** The example of a platform, as CXone knows it. */
export const platformChannelId = 'bush-telegraph';

function toPlatformChannel(platformUrl: string) {
  return {
    id: platformChannelId,
    name: 'Bush Telegraph',
    adapter: {
      kind: 'webhook',
      url: `${platformUrl}/agent-messages`,
      secretEnv: 'BUSH_TELEGRAPH_SECRET',
      // Its page shows text, files and what a message answers, and nothing else.
      shows: ['attachments', 'replies'],
      recipientsUrl: `${platformUrl}/recipients`,
    },
  };
}

/**
 * Writes the sandbox's channels file, and gives its path: what the project's says, served from
 * where the gateway is, and the platform, unless the project's file has a channel of that id.
 */
export async function provideChannels(files: {
  readonly projectFile: string;
  readonly copy: string;
  /** The gateway's public address and the one on this machine. */
  readonly gatewayUrls: readonly [string, string];
  readonly platformUrl: string;
}): Promise<string> {
  const origins = files.gatewayUrls.map((url) => new URL(url).origin);
  let text = await readFile(files.projectFile, 'utf8');
  for (const [at, origin] of origins.entries()) {
    text = text.replaceAll(JSON.stringify(usualOrigins[at]), JSON.stringify(origin));
  }
  const { channels }: { channels: { id: string }[] } = JSON.parse(text);
  const added = channels.some(({ id }) => id === platformChannelId)
    ? []
    : [toPlatformChannel(files.platformUrl)];
  await writeFile(
    files.copy,
    `${JSON.stringify({ channels: [...channels, ...added] }, null, 2)}\n`,
  );
  return files.copy;
}
