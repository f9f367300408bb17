import type { AgentDesk } from './agent-desk.js';
import type { EventSender } from './event-sender.js';
import type { Faults } from './faults.js';
import type { FileBox } from './file-box.js';
import type { Limits } from './limits.js';
import type { SimulatorLogger } from './logger.js';
import type { RequestCounts } from './operations.js';
import type { Store } from './store.js';
import type { Tenant } from './tenant.js';
import type { CxoneCredentials, Tokens } from './tokens.js';
import type { Typing } from './typing.js';

/** Is what the routes of the simulator work with. */
export interface SimulatorContext {
  readonly tenantId: string;
  readonly credentials: CxoneCredentials;
  /** How long a stored message stays unknown to searches. */
  indexLagMs: number;
  /** The origin at which the middleware last called us; undefined before its first call. */
  calledAt: string | undefined;
  /** The only channels that exist; null lets every channel id be one. */
  readonly knownChannels: ReadonlySet<string> | null;
  readonly store: Store;
  readonly tenant: Tenant;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly requests: RequestCounts;
  readonly files: FileBox;
  readonly typing: Typing;
  readonly desk: AgentDesk;
  readonly events: EventSender;
  readonly logger: SimulatorLogger;
}
