/** @module What an admin sees of each channel: the gateway's channels held against the listed ones. */
import { type ChannelDefinition, capabilitiesOf } from '../../domain/channel.js';
import type { ChannelOptions, ListedChannel } from '../../ports/channel-admin.js';

/** One channel, as a page shows it. */
export interface ChannelRow {
  readonly id: string;
  /** As the channels file has it, where that has it. */
  readonly name: string;
  /**
   * `missing`: only the channels file has it. `present`: both have it. `stray`: the integration has
   * it, the channels file has not. `foreign`: another integration has it.
   */
  readonly standing: 'missing' | 'present' | 'stray' | 'foreign';
  /** As the contact centre has them; of a channel that it lacks, what the channel can show. */
  readonly options: ChannelOptions;
  readonly showsReplies: boolean;
  /** What the contact centre calls it, where that is something else. */
  readonly otherName?: string;
}

/**
 * Lists the channels of the gateway in the order of its channels file, then the integration's other
 * ones. Without an integration's id only the gateway's own channels can be told from others'.
 */
export function toChannelRows(
  defined: Iterable<ChannelDefinition>,
  listed: readonly ListedChannel[],
  integrationId: string | undefined,
): readonly ChannelRow[] {
  const rest = new Map(listed.map((channel) => [channel.id, channel]));
  const own = [...defined].map(({ id, name, adapter }): ChannelRow => {
    const known = rest.get(id);
    rest.delete(id);
    const shows = capabilitiesOf(adapter);
    const showsReplies = shows.includes('replies');
    if (known === undefined) {
      const options = { canAgentsBegin: true, canAgentsSendFiles: shows.includes('attachments') };
      return { id, name, standing: 'missing', options, showsReplies };
    }
    const isOwn = integrationId === undefined || known.integrationId === integrationId;
    return {
      id,
      name,
      showsReplies,
      standing: isOwn ? 'present' : 'foreign',
      options: known.options,
      ...(known.name === name ? {} : { otherName: known.name }),
    };
  });
  const strays = [...rest.values()]
    .filter((channel) => integrationId !== undefined && channel.integrationId === integrationId)
    .map(
      ({ id, name, options }): ChannelRow => ({
        id,
        name,
        standing: 'stray',
        options,
        showsReplies: false,
      }),
    );
  return [...own, ...strays];
}
