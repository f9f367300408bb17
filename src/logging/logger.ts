import { type DestinationStream, type Logger, pino } from 'pino';

/** How much a process logs. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

// What must never stand in a log, whoever hands it in: secrets, tokens, and what customers write.
const hiddenKeys = [
  'authorization',
  'Authorization',
  'cookie',
  'token',
  'accessToken',
  'access_token',
  'identityToken',
  'resume',
  'password',
  'secret',
  'clientSecret',
  'client_secret',
  'accessKeySecret',
  'apiKey',
  'text',
  'content',
  'messageContent',
  'postback',
  'body',
];

/** Paths of a key at the top of a line, and one and two levels below. */
const hiddenPaths = hiddenKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** Makes a process's logger: JSON lines on standard output unless told otherwise. */
export function createLogger(
  options: { readonly level: LogLevel; readonly name: string },
  destination?: DestinationStream,
): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: hiddenPaths, censor: '[hidden]' },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
