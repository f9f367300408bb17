import type { Environment, ReadFile } from '../../../src/config/environment.js';

/** A channels file with one channel that needs no secret. */
export const oneChannel = JSON.stringify({
  channels: [
    {
      id: 'watering-hole',
      name: 'The Watering Hole',
      adapter: {
        kind: 'widget',
        allowedOrigins: ['http://localhost:8080'],
        identity: { kind: 'anonymous' },
      },
    },
  ],
});

/** Reads from a few files that exist only here. */
export function filesOf(files: Readonly<Record<string, string>>): ReadFile {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  };
}

/** Only the default channels file exists. */
export const channelsOnly = filesOf({ 'channels.json': oneChannel });

/** What a gateway must be told at least. */
export const gatewayEnv: Environment = {
  CXONE_TENANT_ID: 'tenant-1',
  CXONE_CLIENT_ID: 'cxone-client',
  CXONE_CLIENT_SECRET: 'cxone-client-secret',
  CXONE_ACCESS_KEY_ID: 'key-id',
  CXONE_ACCESS_KEY_SECRET: 'key-secret==',
  BOX_CLIENT_ID: 'box-client',
  BOX_CLIENT_SECRET: 'box-secret',
  BOX_TOKEN_KEY: 'b'.repeat(32),
  SESSION_TOKEN_KEY: 's'.repeat(32),
};
