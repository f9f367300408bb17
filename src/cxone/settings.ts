import type { Clock } from '../ports/clock.js';
import type { Resolve } from './public-addresses.js';

/** How a tenant is reached. */
export interface CxoneSettings {
  readonly issuer: string;
  /** Not needed where `apiUrl` is given. */
  readonly tenantId?: string;
  /** Wins over the discovered one. */
  readonly tokenUrl?: string;
  /** DFO's base; wins over the discovered one. */
  readonly apiUrl?: string;
  readonly credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
  };
  /** The longest that one call may take, its token included; waiting for a budget is not. */
  readonly timeoutMs: number;
}

/** What a tenant lets its callers do, all of them together. */
interface CxoneBudgets {
  readonly readsPerSecond: number;
  readonly postsPerSecond: number;
}

/** Takes structured log lines, as pino does. */
interface CxoneLogger {
  debug(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** What the adapter is made of. */
export interface CxoneDeps {
  readonly settings: CxoneSettings;
  readonly budgets: CxoneBudgets;
  readonly clock: Clock;
  readonly logger: CxoneLogger;
  /** Finds the addresses of a file server's name; the system's own way unless given. */
  readonly resolve?: Resolve;
}
