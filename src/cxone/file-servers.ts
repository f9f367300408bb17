/** Files at the addresses that CXone gives: fetched without credentials, and from nowhere private. */
import { Agent, type Dispatcher } from 'undici';
import { RemoteError } from '../domain/errors.js';
import type { OpenedAttachment } from '../ports/contact-centre.js';
import type { Endpoints } from './discovery.js';
import {
  AddressForbidden,
  addressOf,
  createPublicLookup,
  isPublicAddress,
  resolveBySystem,
} from './public-addresses.js';
import type { CxoneDeps } from './settings.js';

/** The servers that hold CXone's files. */
export interface FileServers {
  /** Opens a file; throws the `ATTACHMENT_` code of what came instead. */
  open(url: string, signal: AbortSignal): Promise<OpenedAttachment>;
  /** Cuts every connection. */
  close(): Promise<void>;
}

const mostRedirects = 3;
const connectionsPerServer = 32;
const idleSocketMs = 4_000;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Signed addresses that ran out are answered 403, deleted files 404 or 410. */
const goneStatuses: ReadonlySet<number> = new Set([403, 404, 410]);

/**
 * Makes the way to them. The DFO base's own origin is trusted as it is, for it is the deployment's
 * own setting; every other host must be public, is reached by https alone, and connected to by the
 * very address that was checked.
 */
export function createFileServers(
  deps: Pick<CxoneDeps, 'settings' | 'resolve'> & { readonly endpoints: Endpoints },
): FileServers {
  const { settings, endpoints, resolve = resolveBySystem } = deps;
  const limits = {
    connections: connectionsPerServer,
    keepAliveTimeout: idleSocketMs,
    headersTimeout: settings.timeoutMs,
    // Between two pieces, while they are asked for: a slow reader is not the server's fault.
    bodyTimeout: settings.timeoutMs,
  };
  const connect = { timeout: settings.timeoutMs };
  const own = new Agent({ ...limits, connect });
  const others = new Agent({
    ...limits,
    connect: { ...connect, lookup: createPublicLookup(resolve) },
  });

  async function ownOrigin(): Promise<string | undefined> {
    return await endpoints.apiUrl().then(
      (url) => new URL(url).origin,
      () => undefined,
    );
  }

  async function ask(target: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const isOwn = target.origin === (await ownOrigin());
    if (!isOwn) requirePublic(target);
    return await (isOwn ? own : others).request({
      origin: target.origin,
      path: target.pathname + target.search,
      method: 'GET',
      headers: { 'user-agent': 'isthmus', accept: '*/*', 'accept-encoding': 'identity' },
      signal,
    });
  }

  async function follow(url: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    let target = parse(url, undefined);
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const answer = await ask(target, signal);
      const { location } = answer.headers;
      if (!redirects.has(answer.statusCode) || typeof location !== 'string') return answer;
      discard(answer);
      target = parse(location, target);
    }
    throw forbidden(`it leads on more than ${mostRedirects} times`);
  }

  return {
    async open(url, signal) {
      const answer = await follow(url, signal).catch((failure: unknown) => {
        throw toFileError(failure, signal);
      });
      const { statusCode: status, headers, body } = answer;
      const encoding = headers['content-encoding'] ?? 'identity';
      if (status !== 200 || encoding !== 'identity') {
        discard(answer);
        if (goneStatuses.has(status)) {
          throw new RemoteError('ATTACHMENT_GONE', 'The file is no longer there');
        }
        throw new RemoteError('ATTACHMENT_UNREACHABLE', `The file's server answered ${status}`);
      }
      const mimeType = mimeTypeOf(headers['content-type']);
      const sizeBytes = sizeOf(headers['content-length']);
      return {
        ...(mimeType === undefined ? {} : { mimeType }),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
        content: body,
      };
    },
    async close() {
      await Promise.all([own.destroy(), others.destroy()]);
    },
  };
}

/** Lets go of an answer that is not read; its connection with it, for it may never end. */
function discard({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => undefined);
  body.destroy();
}

function parse(address: string, base: URL | undefined): URL {
  if (!URL.canParse(address, base?.href)) throw forbidden('it is no address');
  return new URL(address, base);
}

function requirePublic(target: URL): void {
  if (target.protocol !== 'https:') throw forbidden('it is not https');
  if (`${target.username}${target.password}` !== '') throw forbidden('it names a user');
  const address = addressOf(target.hostname);
  if (address !== undefined && !isPublicAddress(address)) throw forbidden('it is not public');
}

function forbidden(why: string, cause?: unknown): RemoteError {
  return new RemoteError('ATTACHMENT_FORBIDDEN', `The file's address is not fetched: ${why}`, {
    cause,
  });
}

/** A signal's reason passes as it is: it is the caller's. */
function toFileError(failure: unknown, signal: AbortSignal): unknown {
  if (failure instanceof RemoteError || signal.aborted) return failure;
  if (failure instanceof AddressForbidden) return forbidden('it is not public', failure);
  return new RemoteError('ATTACHMENT_UNREACHABLE', "The file's server did not answer", {
    cause: failure,
  });
}

function mimeTypeOf(header: string | string[] | undefined): string | undefined {
  const [type = ''] = String(header ?? '').split(';');
  const plain = type.trim().toLowerCase();
  return /^[a-z0-9][\w.+-]*\/[\w.+-]+$/.test(plain) ? plain : undefined;
}

function sizeOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
