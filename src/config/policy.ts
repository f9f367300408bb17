import type { ChannelAdapter } from '../domain/channel.js';
import { defaultPolicy, type ThreadPolicy } from '../domain/policy.js';
import type { PolicyValues } from './policy-schema.js';

/**
 * Fills in what a channel's owner did not say.
 *
 * A platform keeps one thread id for a customer, so there the next message reopens what went idle
 * or what the customer ended; a widget's customer gets a new thread.
 */
export function toPolicy(values: PolicyValues, adapter: ChannelAdapter['kind']): ThreadPolicy {
  const { reopenAfter, blockAfterAgentEnd, texts } = values;
  const reopenDefaults =
    adapter === 'webhook'
      ? { ...defaultPolicy.reopenAfterMs, idle: 0, customer: 0 }
      : defaultPolicy.reopenAfterMs;
  const reopen = (ender: keyof typeof reopenDefaults) =>
    reopenAfter?.[ender] === undefined ? reopenDefaults[ender] : reopenAfter[ender];
  return {
    idleAfterMs: values.idleAfter ?? defaultPolicy.idleAfterMs,
    countdownMs: values.countdown ?? defaultPolicy.countdownMs,
    onIdle: values.onIdle ?? defaultPolicy.onIdle,
    onEnd: values.onEnd ?? defaultPolicy.onEnd,
    contactFreshMs: values.contactFresh ?? defaultPolicy.contactFreshMs,
    contactCheckMs: values.contactCheck ?? defaultPolicy.contactCheckMs,
    endedStatuses: values.endedStatuses ?? defaultPolicy.endedStatuses,
    // Null means never, so only what was left out takes the default.
    reopenAfterMs: {
      idle: reopen('idle'),
      customer: reopen('customer'),
      agent: reopen('agent'),
      operator: reopen('operator'),
    },
    blockAfterAgentEndMs:
      blockAfterAgentEnd === undefined ? defaultPolicy.blockAfterAgentEndMs : blockAfterAgentEnd,
    texts: {
      idleWarning: texts?.idleWarning ?? defaultPolicy.texts.idleWarning,
      idleClosed: texts?.idleClosed ?? defaultPolicy.texts.idleClosed,
      agentClosed: texts?.agentClosed ?? defaultPolicy.texts.agentClosed,
    },
  };
}
