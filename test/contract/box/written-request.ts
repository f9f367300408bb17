/** Requests of the contact centre as they were written down, sent as they stand there. */
import { readdirSync, readFileSync } from 'node:fs';
import { type Answer, send } from '../../unit/gateway/gateway-fixture.js';

const folder = new URL('../../fixtures/cxone/box/', import.meta.url);

interface WrittenRequest {
  readonly method: string;
  /** Below the gateway's address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Names every request that was written down. */
export const writtenRequests: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.http'))
  .map((name) => name.replace(/\.http$/, ''))
  .toSorted();

/** Reads a request: its line, its headers, an empty line, its body; `{name}` stands for a value. */
export function readWritten(
  name: string,
  values: Readonly<Record<string, string>> = {},
): WrittenRequest {
  const text = readFileSync(new URL(`${name}.http`, folder), 'utf8').replace(
    /\{([a-zA-Z]+)\}/g,
    (place, key: string) => values[key] ?? place,
  );
  const end = text.indexOf('\n\n');
  const [line = '', ...headers] = text.slice(0, end).split('\n');
  const [method = '', path = ''] = line.split(' ');
  return {
    method,
    path,
    headers: Object.fromEntries(headers.map((header) => header.split(': ', 2))),
    body: text.slice(end + 2).trimEnd(),
  };
}

/** Reads the JSON body of a request. */
export function bodyOf(name: string): Record<string, unknown> {
  return JSON.parse(readWritten(name).body) as Record<string, unknown>;
}

/** Sends a request to a gateway. */
export async function sendWritten(
  gatewayUrl: string,
  name: string,
  values?: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { method, path, headers, body } = readWritten(name, values);
  return await send(`${gatewayUrl}${path}`, {
    method,
    headers,
    ...(body === '' ? {} : { body }),
  });
}
