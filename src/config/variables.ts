/** The kinds of variable; each says what it expects, and none ever says what it found. */
import { z } from 'zod';
import { durationForm, parseDuration } from './duration.js';
import type { ReadFile } from './environment.js';
import { parsed } from './parsed.js';

/** Any text that is not empty. */
export const text = parsed('a text', (value) => value);

/** A key of at least 32 characters. */
export const key = parsed('a key of at least 32 characters', (value) =>
  value.length >= 32 ? value : undefined,
);

function parsePort(value: string): number | undefined {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined;
}

/** A port; 0 takes a free one. */
export const port = parsed('a port, 0 to 65535', parsePort);

/** A port, or `off`, which is null. */
export const portOrOff = parsed('a port, 0 to 65535, or "off"', (value) =>
  value === 'off' ? null : parsePort(value),
);

/** A number above 0. */
export const rate = parsed('a number above 0', (value) =>
  /^\d{1,6}(\.\d{1,3})?$/.test(value) && Number(value) > 0 ? Number(value) : undefined,
);

/** A duration above zero, in milliseconds. */
export const duration = parsed(`${durationForm}, longer than nothing`, (value) => {
  const ms = parseDuration(value);
  return ms === 0 ? undefined : ms;
});

/** Reads an http(s) address without its trailing slash; undefined for anything else. */
export function parseHttpUrl(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const { protocol, username, password, hash } = new URL(value);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && `${username}${password}${hash}` === '' ? value.replace(/\/+$/, '') : undefined;
}

/** An http(s) address, without a trailing slash. */
export const httpUrl = parsed('an address that starts with http:// or https://', parseHttpUrl);

/** The base of CXone's Digital Engagement API. */
export const dfoUrl = parsed('an http(s) address that ends in /dfo/3.0', (value) => {
  const url = parseHttpUrl(value);
  return url?.endsWith('/dfo/3.0') === true ? url : undefined;
});

/** A host with its port. */
export const address = parsed('host:port', (value) => {
  const [, host, digits = ''] =
    /^([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(value) ?? [];
  const portNumber = parsePort(digits);
  return host === undefined || portNumber === undefined ? undefined : { host, port: portNumber };
});

/** Hosts, each with or without a port, separated by commas. */
export const hosts = parsed(
  'hosts separated by commas, such as "a.example,b.example:8443"',
  (value) => {
    const names = value.split(',').map((name) => name.trim().toLowerCase());
    return names.every((name) => /^[a-z0-9_.-]+(:\d{1,5})?$/.test(name)) ? names : undefined;
  },
);

/** A PEM text as it stands, or the path of a file that holds one; always the text. */
export function pem(readFile: ReadFile) {
  return parsed('a PEM text, or the path of a PEM file that can be read', (value) => {
    const found = value.startsWith(pemStart) ? value : tryReading(readFile, value);
    return found?.startsWith(pemStart) === true ? found : undefined;
  });
}

const pemStart = '-----BEGIN ';

function tryReading(readFile: ReadFile, path: string): string | undefined {
  try {
    return readFile(path);
  } catch {
    return undefined;
  }
}

/** How much a process logs. */
export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
  error: 'fatal, error, warn, info, debug, trace or silent',
});
