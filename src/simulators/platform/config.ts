import { readFileSync } from 'node:fs';
import { z } from 'zod';

const text = z.string().min(1);

const environmentSchema = z.object({
  PLATFORM_HOST: text.default('127.0.0.1'),
  PLATFORM_PORT: z.coerce.number().int().min(0).max(65_535).default(9191),
  PLATFORM_GATEWAY_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8080'),
  PLATFORM_CHANNEL: text.default('bush-telegraph'),
  BUSH_TELEGRAPH_SECRET: text,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** Names every environment variable that the platform reads; each also accepts `<NAME>_FILE`. */
export const platformVariables: readonly string[] = Object.keys(environmentSchema.shape);

/** Holds what the platform's process is told by its environment. */
export interface PlatformConfig {
  readonly host: string;
  readonly port: number;
  readonly gatewayUrl: string;
  readonly channelId: string;
  readonly secret: string;
  readonly logLevel: z.infer<typeof environmentSchema>['LOG_LEVEL'];
}

/** Says everything that is wrong with the platform's environment, in one message. */
export class PlatformConfigError extends Error {
  override readonly name = 'PlatformConfigError';
}

/** Reads the platform's configuration; throws one PlatformConfigError that lists every problem. */
export function loadPlatformConfig(
  environment: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): PlatformConfig {
  const values = new Map(
    platformVariables.flatMap((name) => {
      const path = environment[`${name}_FILE`] ?? '';
      const value = path === '' ? (environment[name] ?? '') : readText(path).trim();
      return value === '' ? [] : [[name, value] as const];
    }),
  );
  const parsed = environmentSchema.safeParse(Object.fromEntries(values));
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path: [name], message }) => {
      const isGiven = values.has(String(name));
      return `${String(name)}: ${isGiven ? message : 'is missing'}`;
    });
    throw new PlatformConfigError(
      `The platform's configuration is wrong:\n  ${lines.join('\n  ')}`,
    );
  }
  const env = parsed.data;
  return {
    host: env.PLATFORM_HOST,
    port: env.PLATFORM_PORT,
    gatewayUrl: env.PLATFORM_GATEWAY_URL.replace(/\/$/, ''),
    channelId: env.PLATFORM_CHANNEL,
    secret: env.BUSH_TELEGRAPH_SECRET,
    logLevel: env.LOG_LEVEL,
  };
}
