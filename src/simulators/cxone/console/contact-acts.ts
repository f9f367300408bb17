import { type Agent, api, type Card, type EventResult } from './api.js';
import { hasEnded } from './contact-list.js';
import type { Desk } from './desk.js';
import { h } from './dom.js';
import { setWantsEvent, wantsEvent } from './preferences.js';

/** Mounts what an agent does with a contact as a whole; the result draws it for a state of it. */
export function mountContactActs(desk: Desk, number: string): (card: Card) => HTMLElement {
  /** Runs one act, with the signed event where that is wanted; says so when that was not taken. */
  async function act(what: string, work: (event: boolean) => Promise<EventResult>): Promise<void> {
    await desk.attempt(what, async () => {
      const { event } = await work(wantsEvent() && desk.canSendEvents);
      if (!event || (event.status !== null && event.status < 300)) return;
      const answer =
        event.status === null ? (event.reason ?? 'no answer') : `answered ${event.status}`;
      desk.trouble(`${what} is done, but the event was not taken: ${answer}.`);
    });
  }

  const setStatus = (status: string) =>
    void act(`Setting the contact to ${status}`, (event) => api.setStatus(number, status, event));
  const assign = (agent: Agent) =>
    void act(`Giving the contact to ${agent.name}`, (event) => api.assign(number, agent.id, event));

  function eventChoice(): HTMLElement {
    const canSend = desk.canSendEvents;
    const box = h('input', {
      type: 'checkbox',
      id: 'with-event',
      checked: wantsEvent() && canSend,
      disabled: !canSend,
      onchange: () => setWantsEvent(box.checked),
    });
    const title = canSend
      ? 'Tell the middleware by DFO’s signed event'
      : 'No address or no secret for signed events is set';
    return h('label', { class: 'check', title }, box, 'Signed event');
  }

  return (card) => {
    const ended = hasEnded(card);
    const next = nextAgent(desk.agents, card);
    const reassign = button('Reassign', ended || next === undefined, () => {
      if (next) assign(next);
    });
    const close = button('Close', ended, () => setStatus('closed'));
    close.classList.add('danger');
    if (next) reassign.title = `Give it to ${next.name}; it stays ${card.status}`;
    return h(
      'div',
      { class: 'ending' },
      eventChoice(),
      reassign,
      button('Resolve', ended || card.status === 'resolved', () => setStatus('resolved')),
      button('Trash', ended, () => setStatus('trashed')),
      close,
    );
  };
}

function button(label: string, isOff: boolean, onclick: () => void): HTMLButtonElement {
  const id = label.toLowerCase();
  return h('button', { type: 'button', id, class: 'button', disabled: isOff, onclick }, label);
}

/** Finds whose turn it is: the agent after the one who has the contact. */
function nextAgent(agents: readonly Agent[], card: Card): Agent | undefined {
  const at = agents.findIndex(({ id }) => id === card.assignee?.id);
  // A contact that nobody has is as good as with the first, who would answer it.
  return agents.length < 2 ? undefined : agents[(Math.max(at, 0) + 1) % agents.length];
}
