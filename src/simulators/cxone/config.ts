import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const text = z.string().min(1);
const port = z.coerce.number().int().min(0).max(65_535);
const url = z.url({ protocol: /^https?$/ });

const environmentSchema = z.object({
  SIMULATOR_HOST: text.default('127.0.0.1'),
  SIMULATOR_PORT: port.default(9090),
  SIMULATOR_BOX_URL: url.default('http://127.0.0.1:8080/integration/box'),
  SIMULATOR_EVENTS_URL: url.default('http://127.0.0.1:8080/integration/events'),
  SIMULATOR_ACTION_URL: url.default('http://127.0.0.1:8080/integration/action'),
  SIMULATOR_ADMIN_ACCESS: z.enum(['loopback', 'any']).default('loopback'),
  SIMULATOR_TOKEN_TTL_SECONDS: z.coerce.number().int().min(1).default(3600),
  SIMULATOR_INDEX_LAG_MS: z.coerce.number().int().min(0).default(0),
  CXONE_TENANT_ID: text,
  CXONE_CLIENT_ID: text,
  CXONE_CLIENT_SECRET: text,
  CXONE_ACCESS_KEY_ID: text,
  CXONE_ACCESS_KEY_SECRET: text,
  BOX_CLIENT_ID: text,
  BOX_CLIENT_SECRET: text,
  EVENTS_SECRET: text.optional(),
  DATA_DIR: text.default('.data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** Names every environment variable that the simulator reads; each also accepts `<NAME>_FILE`. */
export const simulatorVariables: readonly string[] = Object.keys(environmentSchema.shape);

/** Holds what the simulator's process is told by its environment. */
export interface SimulatorConfig {
  readonly host: string;
  readonly port: number;
  readonly boxUrl: string;
  readonly eventsUrl: string;
  readonly actionUrl: string;
  /** Who may use the admin API and the console: this machine, or anybody (inside a container). */
  readonly adminAccess: 'loopback' | 'any';
  readonly tokenTtlSeconds: number;
  readonly indexLagMs: number;
  readonly tenantId: string;
  readonly credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
  };
  readonly box: { readonly clientId: string; readonly clientSecret: string };
  readonly eventsSecret?: string;
  readonly dataDir: string;
  readonly logLevel: z.infer<typeof environmentSchema>['LOG_LEVEL'];
}

/** Says everything that is wrong with the simulator's environment, in one message. */
export class SimulatorConfigError extends Error {
  override readonly name = 'SimulatorConfigError';
}

/** Reads the simulator's configuration; throws one SimulatorConfigError that lists every problem. */
export function loadSimulatorConfig(
  environment: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): SimulatorConfig {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const name of simulatorVariables) {
    const given = environment[name];
    const path = environment[`${name}_FILE`];
    if (given !== undefined && given !== '') {
      values[name] = given;
    } else if (path !== undefined && path !== '') {
      try {
        values[name] = readText(path).trim();
      } catch {
        problems.push(`${name}_FILE: expected the path of a readable file`);
        // A placeholder keeps the schema from reporting the same variable a second time.
        values[name] = path;
      }
    }
  }
  const parsed = environmentSchema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (!problems.some((problem) => problem.startsWith(`${name}_FILE`))) {
      problems.push(`${name}: ${values[name] === undefined ? 'is missing' : issue.message}`);
    }
  }
  if (!parsed.success || problems.length > 0) {
    throw new SimulatorConfigError(
      `The simulator's configuration is wrong:\n  ${problems.join('\n  ')}`,
    );
  }
  const env = parsed.data;
  return {
    host: env.SIMULATOR_HOST,
    port: env.SIMULATOR_PORT,
    boxUrl: env.SIMULATOR_BOX_URL,
    eventsUrl: env.SIMULATOR_EVENTS_URL,
    actionUrl: env.SIMULATOR_ACTION_URL,
    adminAccess: env.SIMULATOR_ADMIN_ACCESS,
    tokenTtlSeconds: env.SIMULATOR_TOKEN_TTL_SECONDS,
    indexLagMs: env.SIMULATOR_INDEX_LAG_MS,
    tenantId: env.CXONE_TENANT_ID,
    credentials: {
      clientId: env.CXONE_CLIENT_ID,
      clientSecret: env.CXONE_CLIENT_SECRET,
      accessKeyId: env.CXONE_ACCESS_KEY_ID,
      accessKeySecret: env.CXONE_ACCESS_KEY_SECRET,
    },
    box: { clientId: env.BOX_CLIENT_ID, clientSecret: env.BOX_CLIENT_SECRET },
    ...(env.EVENTS_SECRET === undefined ? {} : { eventsSecret: env.EVENTS_SECRET }),
    dataDir: join(env.DATA_DIR, 'simulator'),
    logLevel: env.LOG_LEVEL,
  };
}
