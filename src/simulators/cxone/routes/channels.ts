import { z } from 'zod';
import type { SimulatorContext } from '../context.js';
import { notFound, parseBody } from '../dfo-error.js';
import type { StoredChannel } from '../model.js';
import { type Operation, pathPart, queryList, queryValue } from '../operations.js';

const channelSchema = z.looseObject({
  id: z.string().min(1),
  idOnExternalPlatform: z.string().min(1),
  channelIntegrationId: z.string().min(1),
  realExternalPlatformId: z.string().min(1),
  name: z.string().min(1),
  isPrivate: z.boolean(),
  hasTreeStructure: z.boolean(),
});

/** Throws 404 for a channel that was deleted or, where the channels are given, is none of them. */
export function requireChannel(context: SimulatorContext, channelId: string): void {
  const channel = context.store.get('channels', channelId);
  if (channel ? channel.deleted : context.knownChannels?.has(channelId) === false) {
    throw notFound(`The channel ${channelId}`);
  }
}

function channelView(channel: StoredChannel) {
  return { ...channel.settings, id: channel.id, createdAt: channel.createdAt, isDeleted: false };
}

/** Lists creating, reading and deleting channels (cxone.md 2.7). */
export function channelOperations(context: SimulatorContext): Operation[] {
  const { store } = context;
  return [
    {
      name: 'listChannels',
      method: 'get',
      path: '/channels',
      auth: 'bearer',
      handle(req, res) {
        const ids = queryList(req, 'id');
        const channels = [...store.all('channels')].filter(
          (channel) => !channel.deleted && (ids.length === 0 || ids.includes(channel.id)),
        );
        const size = Number(queryValue(req, 'size') ?? channels.length);
        const from = (Number(queryValue(req, 'page') ?? 1) - 1) * size;
        res.json(channels.slice(from, from + size).map(channelView));
      },
    },
    {
      name: 'createChannel',
      method: 'post',
      path: '/channels',
      auth: 'bearer',
      async handle(req, res) {
        const settings = parseBody(channelSchema, req.body);
        const known = store.get('channels', settings.id);
        const channel: StoredChannel = {
          id: settings.id,
          deleted: false,
          createdAt: known?.createdAt ?? new Date(store.now()).toISOString(),
          settings,
        };
        store.put('channels', channel);
        await store.durable();
        res.status(201).json(channelView(channel));
      },
    },
    {
      name: 'getChannel',
      method: 'get',
      path: '/channels/:channelId',
      auth: 'bearer',
      handle(req, res) {
        const channel = store.get('channels', pathPart(req, 'channelId'));
        if (!channel || channel.deleted) throw notFound('The channel');
        res.json(channelView(channel));
      },
    },
    {
      name: 'deleteChannel',
      method: 'delete',
      path: '/channels/:channelId',
      auth: 'bearer',
      async handle(req, res) {
        const channel = store.get('channels', pathPart(req, 'channelId'));
        if (!channel || channel.deleted) throw notFound('The channel');
        store.put('channels', { ...channel, deleted: true });
        await store.durable();
        res.status(204).end();
      },
    },
  ];
}
