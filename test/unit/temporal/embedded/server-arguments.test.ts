import { expect, test } from 'vitest';
import {
  toServerArguments,
  toServerEnvironment,
} from '../../../../src/temporal/embedded/server-arguments.js';

const inMemory = { host: '127.0.0.1', port: 7233, namespace: 'zoo', logLevel: 'error' } as const;

test('a data file comes with the pragmas that keep it fast', () => {
  const args = toServerArguments({ ...inMemory, dataFile: '/data/temporal.db' }).join(' ');
  expect(args).toContain('--db-filename /data/temporal.db');
  expect(args).toContain('--sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=normal');
});

test('without a data file nothing of a file is said', () => {
  expect(toServerArguments(inMemory).join(' ')).not.toMatch(/db-filename|sqlite/);
});

test('without a port for the Web UI there is none', () => {
  expect(toServerArguments(inMemory)).toContain('--headless');
  expect(toServerArguments({ ...inMemory, uiPort: 8233 })).not.toContain('--headless');
});

test('a namespace is created with every search attribute', () => {
  const args = toServerArguments(inMemory);
  expect(args.join(' ')).toContain('--namespace zoo');
  expect(args.filter((_arg, at) => args[at - 1] === '--search-attribute')).toEqual([
    'ThreadState=Keyword',
    'ThreadChannel=Keyword',
    'ThreadContact=Keyword',
    'ThreadCustomer=Keyword',
    'ThreadClosedBy=Keyword',
    'ThreadMissingLeg=Keyword',
    'ThreadLastActivityAt=Datetime',
  ]);
});

test("a client's variables do not reach the server", () => {
  const env = { PATH: '/bin', TEMPORAL_ADDRESS: 'cloud:7233', TEMPORAL_API_KEY: 'key' };
  expect(toServerEnvironment(env)).toEqual({ GOGC: '400', PATH: '/bin' });
});

test('a garbage collector setting of the user stays', () => {
  expect(toServerEnvironment({ GOGC: '100' })).toEqual({ GOGC: '100' });
});
