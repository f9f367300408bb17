import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

export const relaySignal = defineSignal<[string]>('relay');

const { deliver } = proxyActivities<{ deliver(id: string): Promise<void> }>({
  startToCloseTimeout: '10s',
});

/** The least that a durable relay can do: a signal, then one activity, in order. */
export async function bareRelay(): Promise<void> {
  const inbox: string[] = [];
  setHandler(relaySignal, (id) => void inbox.push(id));
  for (;;) {
    await condition(() => inbox.length > 0);
    const id = inbox.shift();
    if (id !== undefined) await deliver(id);
  }
}
