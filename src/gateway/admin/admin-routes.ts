/** @module The admin pages: the contact centre opens them for an admin who keeps its channels. */
import type { Request, Response } from 'express';
import { EngineError, RequestError } from '../../domain/errors.js';
import type { GatewayDeps } from '../gateway-deps.js';
import type { GatewayMetrics } from '../metrics.js';
import { bodyInvalid, createProblemHandler } from '../problem.js';
import { createRateLimit } from '../rate-limits.js';
import { createBodyReader } from '../request-body.js';
import { requestIdOf } from '../request-id.js';
import type { Routes } from '../routes.js';
import { readAdminLink } from './admin-link.js';
import {
  type AdminSession,
  createAdminSessions,
  requireFormKey,
  signInNeeded,
} from './admin-sessions.js';
import {
  type ChannelView,
  type Deed,
  fieldNames,
  isRemovable,
  toListPage,
  toRemovalQuestion,
} from './channel-pages.js';
import { type ChannelRow, toChannelRows } from './channel-rows.js';
import { createErrorPage } from './error-page.js';
import { showPage, submitPage } from './operations.js';
import { type AdminPlace, adminPlaces, createAdminPaths, sendPage } from './page-frame.js';
import { createTrustedHosts } from './trusted-hosts.js';

const formLimitBytes = 16 * 1024;
/** Each asks the contact centre, for whoever knows its host's name; per client address. */
const signInsPerMinute = 30;

/** The answers of the contact centre that mean that a link is not good. */
const refusals = new Set<string>([
  'CONTACT_CENTRE_UNAUTHORISED',
  'CONTACT_CENTRE_FORBIDDEN',
  'CONTACT_CENTRE_REJECTED',
]);

/** Mounts the admin pages. */
export function mountAdmin(
  routes: Routes,
  deps: GatewayDeps & { readonly gatewayMetrics: GatewayMetrics },
): void {
  const { channelAdmin, channels, clock, logger, settings } = deps;
  const { integrationId, adminApiHosts = [] } = settings;
  const paths = createAdminPaths(settings.publicUrl);
  const readBody = createBodyReader(formLimitBytes);
  const signInLimit = createRateLimit(clock, 'sign-ins');
  const sessions = createAdminSessions({
    key: settings.sessionTokenKey,
    isSecure: settings.publicUrl.startsWith('https:'),
    clock,
  });

  /** Follows a link of the contact centre; its token works once, so it is not kept in an address. */
  async function signIn(req: Request, res: Response): Promise<void> {
    signInLimit.spend(req.ip ?? '', signInsPerMinute);
    const link = readAdminLink(req.query);
    const hosts = createTrustedHosts(await channelAdmin.findHome(), adminApiHosts);
    const apiOrigin = hosts.readApiHost(link.apiHost);
    if (apiOrigin === undefined) {
      throw new RequestError(
        'API_HOST_FORBIDDEN',
        'The link names an API host that is not the contact centre of this gateway. Whoever runs the gateway can allow it.',
      );
    }
    const backUrl = hosts.readBackUrl(link.backUrl);
    const { brandId, userId, token } = link;
    try {
      const access = await channelAdmin.signIn({ apiOrigin, brandId, userId, token });
      await sessions.begin(res, {
        access,
        userId,
        ...(backUrl === undefined ? {} : { backUrl }),
      });
    } catch (error) {
      if (!(error instanceof EngineError) || !refusals.has(error.code)) throw error;
      throw new RequestError(
        'ADMIN_SIGN_IN_REFUSED',
        'The contact centre does not know this link any more: each works once, and not for long. Go there and open the page again.',
        { cause: error },
      );
    }
    logger.info({ userId, brandId, requestId: requestIdOf(res) }, 'admin signed in');
  }

  /** Calls the contact centre as the admin; a session ends when its access token does. */
  async function asAdmin<Result>(res: Response, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      const isOver = error instanceof EngineError && error.code === 'CONTACT_CENTRE_UNAUTHORISED';
      if (!isOver) throw error;
      sessions.end(res);
      throw signInNeeded(error);
    }
  }

  async function readRows(res: Response, { access }: AdminSession): Promise<readonly ChannelRow[]> {
    const listed = await asAdmin(res, () => channelAdmin.listChannels(access));
    return toChannelRows(channels.values(), listed, integrationId);
  }

  async function show(place: AdminPlace, req: Request, res: Response): Promise<void> {
    const session = await sessions.read(req);
    const rows = await readRows(res, session);
    const channel = rows.find(({ id }) => id === req.query[fieldNames.channel]);
    const news = readNews(req.query['done'], channel);
    const view: ChannelView = {
      paths,
      session,
      rows,
      hasIntegration: integrationId !== undefined,
      ...(news === undefined ? {} : { news }),
    };
    const isQuestion = place === 'remove' && channel !== undefined && isRemovable(channel);
    const page = isQuestion ? toRemovalQuestion(channel, view) : toListPage(place, view);
    sendPage(res, paths, { status: 200, ...page });
  }

  /** Does what a page's form asks for, once: what is done already is left as it is. */
  async function submit(place: AdminPlace, req: Request, res: Response): Promise<void> {
    const session = await sessions.read(req);
    const form = await readForm(req, res);
    requireFormKey(session, form.get(fieldNames.formKey) ?? '');
    const { access, userId } = session;
    const rows = await readRows(res, session);
    const row = rows.find(({ id }) => id === form.get(fieldNames.channel));
    if (row === undefined) {
      // What is gone from both sides had been removed, perhaps by the same form a moment ago.
      if (place !== 'remove')
        throw new RequestError('CHANNEL_UNKNOWN', 'There is no such channel.');
      res.redirect(303, paths.of('action'));
      return;
    }
    const deed = toDeed(place, row);
    if (deed !== undefined) {
      await asAdmin(res, () =>
        deed === 'removed'
          ? channelAdmin.removeChannel(access, row.id)
          : channelAdmin.putChannel(access, toOrder(row, form)),
      );
      const requestId = requestIdOf(res);
      logger.info({ channelId: row.id, deed, userId, requestId }, 'admin changed a channel');
    }
    const done = deed === undefined ? {} : { done: deed };
    res.redirect(303, paths.of('action', { ...done, [fieldNames.channel]: row.id }));
  }

  async function readForm(req: Request, res: Response): Promise<URLSearchParams> {
    const body = await readBody(req, res);
    if (!req.is('application/x-www-form-urlencoded')) throw bodyInvalid('A form is expected.');
    return new URLSearchParams(body.toString('utf8'));
  }

  function toOrder({ id, name, showsReplies }: ChannelRow, form: URLSearchParams) {
    if (integrationId === undefined) {
      throw new RequestError('CHANNEL_UNKNOWN', 'This gateway does not know its integration.');
    }
    const options = {
      canAgentsBegin: form.has(fieldNames.canAgentsBegin),
      canAgentsSendFiles: form.has(fieldNames.canAgentsSendFiles),
    };
    return { id, name, integrationId, options, showsReplies };
  }

  for (const place of adminPlaces) {
    routes.mount(`/integration/${place}`, {
      GET: {
        operation: showPage(place),
        handle: async (req, res) => {
          if (req.query['token'] === undefined) {
            await show(place, req, res);
            return;
          }
          await signIn(req, res);
          res.redirect(303, paths.of(place));
        },
      },
      POST: {
        operation: submitPage(place),
        handle: async (req, res) => await submit(place, req, res),
      },
    });
  }
  routes.app.use(
    adminPlaces.map((place) => `/integration/${place}`),
    createProblemHandler({ logger, metrics: deps.gatewayMetrics, send: createErrorPage(paths) }),
  );
}

/** Says what a form does to a channel; undefined where there is nothing to be done. */
function toDeed(place: AdminPlace, row: ChannelRow): Deed | undefined {
  if (place === 'remove') return isRemovable(row) ? 'removed' : undefined;
  if (place === 'action') return row.standing === 'missing' ? 'created' : undefined;
  return row.standing === 'present' ? 'reconnected' : undefined;
}

/** Believes an address that says what was done only where it can be seen that it was. */
function readNews(done: unknown, channel: ChannelRow | undefined): ChannelView['news'] {
  if (channel === undefined) return undefined;
  const { name: channelName, standing } = channel;
  if (done === 'removed' && standing === 'missing') return { deed: done, channelName };
  if ((done === 'created' || done === 'reconnected') && standing === 'present') {
    return { deed: done, channelName };
  }
  return undefined;
}
