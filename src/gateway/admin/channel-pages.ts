/** @module The pages that show an integration's channels, and ask before one is removed. */
import type { ChannelOptions } from '../../ports/channel-admin.js';
import type { AdminSession } from './admin-sessions.js';
import type { ChannelRow } from './channel-rows.js';
import { type Html, html } from './html.js';
import type { AdminPaths, AdminPlace } from './page-frame.js';

/** What was done just now. */
export type Deed = 'created' | 'reconnected' | 'removed';

/** What the pages are made of. */
export interface ChannelView {
  readonly paths: AdminPaths;
  readonly session: AdminSession;
  readonly rows: readonly ChannelRow[];
  /** Whether channels can be written: a new channel names the integration that it belongs to. */
  readonly hasIntegration: boolean;
  readonly news?: { readonly deed: Deed; readonly channelName: string };
}

/** The names of a form's fields. */
export const fieldNames = {
  formKey: 'form',
  channel: 'channel',
  canAgentsBegin: 'agentsBegin',
  canAgentsSendFiles: 'agentsSendFiles',
} as const;

/** What each page is for, and which channels it is about. */
const places = {
  action: {
    title: 'Channels of this integration',
    lead: 'These channels are joined to the contact centre by this gateway. Create each one that agents are to serve.',
    none: 'This gateway has no channels.',
    isShown: () => true,
  },
  reconnect: {
    title: 'Reconnect a channel',
    lead: 'Reconnecting a channel writes its name and its settings to the contact centre again.',
    none: 'There is nothing to reconnect: none of the channels is in the contact centre.',
    isShown: ({ standing }) => standing === 'present',
  },
  remove: {
    title: 'Remove a channel',
    lead: 'A channel that is removed is no longer served by agents.',
    none: 'There is nothing to remove: none of the channels is in the contact centre.',
    isShown: isRemovable,
  },
} as const satisfies Record<
  AdminPlace,
  { title: string; lead: string; none: string; isShown: (row: ChannelRow) => boolean }
>;

/** Says whether a channel is one that this integration may remove. */
export function isRemovable({ standing }: ChannelRow): boolean {
  return standing === 'present' || standing === 'stray';
}

const standings = {
  missing: 'Not created yet',
  present: 'In the contact centre',
  stray: 'Unknown to this gateway',
  foreign: 'Another integration’s',
} as const satisfies Record<ChannelRow['standing'], string>;

const deeds = {
  created:
    'was created. Give it a script and a skill in the contact centre before customers write.',
  reconnected: 'was written again.',
  removed: 'was removed.',
} as const satisfies Record<Deed, string>;

/** Makes the page that lists channels; which ones and with what to do, depends on the place. */
export function toListPage(place: AdminPlace, view: ChannelView): { title: string; content: Html } {
  const { paths, session, news } = view;
  const { title, lead, none, isShown } = places[place];
  const rows = view.rows.filter(isShown);
  return {
    title,
    content: html`
      <p class="lead">${lead}</p>
      ${news && html`<p class="news" role="status"><strong>${news.channelName}</strong> ${deeds[news.deed]}</p>`}
      ${view.hasIntegration ? undefined : noIntegration}
      ${rows.length === 0 ? html`<p class="none">${none}</p>` : undefined}
      <ul class="channels">${rows.map((row) => toItem(place, row, view))}</ul>
      <p class="ways">
        ${place === 'action' ? undefined : html`<a class="button" href="${paths.of('action')}">All channels</a>`}
        ${toWayBack(session)}
      </p>`,
  };
}

const noIntegration = html`<p class="news warning" role="status">This gateway does not know its integration. Whoever runs it sets the integration’s id; until then no channel can be created.</p>`;

function toWayBack({ backUrl }: AdminSession): Html {
  return backUrl === undefined
    ? html`<span class="quiet">When you are done, close this page: the address that it was opened with is not one to go back to.</span>`
    : html`<a class="button" href="${backUrl}">Back to the contact centre</a>`;
}

function toItem(place: AdminPlace, row: ChannelRow, view: ChannelView): Html {
  const { id, name, standing, otherName } = row;
  const isWritable = view.hasIntegration && place !== 'remove';
  const removal = toRemovalLink(row, view);
  const forms = {
    missing: () => toForm('action', 'Create', row, view),
    present: () => toForm('reconnect', 'Reconnect', row, view, removal),
  };
  const hasForm = isWritable && (standing === 'missing' || standing === 'present');
  return html`
        <li class="channel">
          <div class="head">
            <h2>${name}</h2>
            <p class="standing ${standing}">${standings[standing]}</p>
          </div>
          <p class="quiet">Id <code>${id}</code></p>
          ${toRemark(row)}
          ${otherName === undefined ? undefined : html`<p>The contact centre calls it “${otherName}”.</p>`}
          ${hasForm ? forms[standing]() : removal && html`<p>${removal}</p>`}
        </li>`;
}

function toRemovalLink(row: ChannelRow, { paths }: ChannelView): Html | undefined {
  if (!isRemovable(row)) return undefined;
  const href = paths.of('remove', { [fieldNames.channel]: row.id });
  return html`<a class="button danger" href="${href}">Remove…<span class="unseen"> ${row.name}</span></a>`;
}

function toRemark({ standing }: ChannelRow): Html | undefined {
  if (standing === 'stray') {
    return html`<p>The integration has it, but this gateway carries no messages for it.</p>`;
  }
  if (standing === 'foreign') {
    return html`<p>A channel of this id belongs to another integration, so nothing is done to it here.</p>`;
  }
  return undefined;
}

function toForm(
  place: AdminPlace,
  verb: string,
  row: ChannelRow,
  view: ChannelView,
  otherWay?: Html,
): Html {
  const { canAgentsBegin, canAgentsSendFiles } = row.options;
  return html`
          <form method="post" action="${view.paths.of(place)}">
            ${toHiddenFields(row, view)}
            <fieldset>
              <legend>Settings<span class="unseen"> of ${row.name}</span></legend>
              ${toTick('canAgentsBegin', 'Agents may write first', canAgentsBegin)}
              ${toTick('canAgentsSendFiles', 'Agents may send files', canAgentsSendFiles)}
            </fieldset>
            <p class="ways">
              <button type="submit">${verb}<span class="unseen"> ${row.name}</span></button>
              ${otherWay}
            </p>
          </form>`;
}

function toTick(field: keyof ChannelOptions, label: string, isOn: boolean): Html {
  const checked = isOn ? html` checked` : undefined;
  return html`<label><input type="checkbox" name="${fieldNames[field]}"${checked} /> ${label}</label>`;
}

function toHiddenFields({ id }: ChannelRow, { session }: ChannelView): Html {
  return html`<input type="hidden" name="${fieldNames.formKey}" value="${session.formKey}" />
            <input type="hidden" name="${fieldNames.channel}" value="${id}" />`;
}

/** Makes the page that asks whether a channel is really to be removed. */
export function toRemovalQuestion(
  row: ChannelRow,
  view: ChannelView,
): { title: string; content: Html } {
  return {
    title: `Remove ${row.name}?`,
    content: html`
      <p class="lead">Agents no longer get its threads, and what customers write on it is not delivered any more. ${
        row.standing === 'present'
          ? 'It can be created again later.'
          : 'This gateway does not know it, so it cannot be created again here.'
      }</p>
      <p class="quiet">Id <code>${row.id}</code></p>
      <form class="question" method="post" action="${view.paths.of('remove')}">
        ${toHiddenFields(row, view)}
        <button class="danger" type="submit">Remove</button>
        <a class="button" href="${view.paths.of('action')}">Keep it</a>
      </form>`,
  };
}
