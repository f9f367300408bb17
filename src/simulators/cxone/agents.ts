/** The tenant's agents, and which of them a contact is with. */
import type { Agent, StoredContact } from './model.js';

/** Is the agent that the console and the admin API speak as, unless another has the contact. */
export const defaultAgent: Agent = {
  id: 11_002,
  incontactId: '11eb0f5e-7a3a-4d10-b2c4-0242ac110003',
  emailAddress: 'ranger@jungle.example',
  loginUsername: 'ranger@jungle.example',
  firstName: 'Ranger',
  surname: 'Station',
  nickname: null,
  imageUrl: 'https://jungle.example/ranger.png',
  isBotUser: false,
  isSurveyUser: false,
};

/** Lists whom a contact can be assigned to. */
export const agents: readonly Agent[] = [
  defaultAgent,
  {
    ...defaultAgent,
    id: 11_003,
    incontactId: '11eb0f5e-7a3a-4d10-b2c4-0242ac110004',
    emailAddress: 'warden@jungle.example',
    loginUsername: 'warden@jungle.example',
    firstName: 'Warden',
    surname: 'Lodge',
    imageUrl: 'https://jungle.example/warden.png',
  },
];

/** Finds whom a contact is with; whoever answers one that nobody has takes it. */
export function assigneeOf(
  contact: Pick<StoredContact, 'inboxAssignee' | 'outboundCount'>,
): Agent | null {
  const assigned = agents.find(({ id }) => id === contact.inboxAssignee);
  return assigned ?? (contact.outboundCount > 0 ? defaultAgent : null);
}

/** Names an agent for people to read. */
export function agentName({ nickname, firstName, surname }: Agent): string {
  return nickname || `${firstName} ${surname}`;
}
