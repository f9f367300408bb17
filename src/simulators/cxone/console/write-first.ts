import { api, type FirstOrder, type FirstResult } from './api.js';
import type { Desk } from './desk.js';
import { find, h } from './dom.js';

/** Mounts the form in which an agent writes to a customer first; `choose` opens what comes of it. */
export function mountWriteFirst(desk: Desk, choose: (number: string) => void): void {
  const form = find('first');
  const toggle = find('first-toggle');
  const channels = h('datalist', { id: 'first-channels' });
  const channel = h('input', { id: 'first-channel', list: 'first-channels', required: true });
  const customer = h('input', { id: 'first-customer', required: true, autocomplete: 'off' });
  const name = h('input', { id: 'first-name', autocomplete: 'off' });
  const thread = h('input', { id: 'first-thread', autocomplete: 'off', placeholder: 'none' });
  const text = h('textarea', { id: 'first-text', rows: '3', required: true });
  const outcome = h('p', { class: 'hint', role: 'status' });
  // The id of the message that the form holds: a double click, or a second try, is the same one.
  let id = newId();

  form.append(
    channels,
    field('Channel', channel),
    field('Customer’s id', customer),
    field('Name', name),
    field('Thread', thread),
    field('Message', text),
    h('button', { type: 'submit', class: 'button primary' }, 'Send first'),
    outcome,
  );

  function order(): FirstOrder {
    const named = name.value.trim();
    const threadId = thread.value.trim();
    return {
      id,
      channelId: channel.value.trim(),
      recipient: { id: customer.value, ...(named === '' ? {} : { name: named }) },
      text: text.value.trim(),
      ...(threadId === '' ? {} : { threadIdOnExternalPlatform: threadId }),
    };
  }

  function show(isShown: boolean): void {
    form.hidden = !isShown;
    toggle.setAttribute('aria-expanded', String(isShown));
    if (isShown) (channel.value === '' ? channel : customer).focus();
    else toggle.focus();
  }

  async function send(): Promise<void> {
    const sentId = id;
    outcome.textContent = 'Sending…';
    const result = await api.writeFirst(order());
    const refusal = refusalOf(result);
    outcome.textContent = refusal ?? '';
    if (refusal !== undefined || result.contactNumber === null || id !== sentId) return;
    id = newId();
    text.value = '';
    show(false);
    choose(result.contactNumber);
  }

  toggle.addEventListener('click', () => show(form.hidden !== false));
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') show(false);
  });
  form.addEventListener('input', () => {
    id = newId();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void desk.attempt('Sending', send);
  });
  desk.onChange(() => {
    channels.replaceChildren(...desk.channels.map((one) => h('option', { value: one })));
    if (channel.value === '') channel.value = desk.channels[0] ?? '';
  });
}

/** Not `randomUUID`, which a page that came by plain HTTP from elsewhere does not have. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function field(label: string, control: HTMLElement): HTMLElement {
  return h('p', { class: 'first-field' }, h('label', { for: control.id }, label), control);
}

/** Says why nothing was sent; undefined where it was. */
function refusalOf({ validation, sent }: FirstResult): string | undefined {
  if (sent === null) return `Not valid: ${messageIn(validation.body) ?? validation.status}`;
  if (sent.failure === null) return undefined;
  return `Not sent: ${messageIn(sent.body) ?? sent.failure.reason}`;
}

/** Reads what the middleware wants the agent to be told (cxone.md 1.6), else what it says is wrong. */
function messageIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const messages: readonly unknown[] = [
    Reflect.get(body, 'displayErrorMessage'),
    Reflect.get(body, 'detail'),
  ];
  return messages.find((message) => typeof message === 'string');
}
