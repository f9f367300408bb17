import { RemoteError } from '../../src/domain/errors.js';
import type {
  AdminAccess,
  ChannelAdmin,
  ContactCentreHome,
  ListedChannel,
} from '../../src/ports/channel-admin.js';

/** A contact centre in memory that keeps channels, and whom it has let in. */
export interface FakeChannelAdmin extends ChannelAdmin {
  home: ContactCentreHome;
  /** Tokens that were not used yet, by the admin whom they are for. */
  readonly unusedTokens: Map<string, { readonly brandId: number; readonly userId: number }>;
  readonly accessTokens: Set<string>;
  /** What an access token is made of, so that a test can make it long. */
  accessToken: string;
  readonly channels: Map<string, ListedChannel>;
  /** The origins that were called, in order; asking where it is at home is no call. */
  readonly calledOrigins: string[];
  /** Taken from the front by the next calls. */
  readonly failures: Error[];
}

export const apiOrigin = 'https://api-de-na1.example.com';

export function createFakeChannelAdmin(): FakeChannelAdmin {
  function meet(origin: string, accessToken?: string): void {
    fake.calledOrigins.push(origin);
    const failure = fake.failures.shift();
    if (failure) throw failure;
    if (accessToken !== undefined && !fake.accessTokens.has(accessToken)) {
      throw new RemoteError('CONTACT_CENTRE_UNAUTHORISED', 'this access token is not known');
    }
  }
  const enter = ({ apiOrigin: origin, accessToken }: AdminAccess) => meet(origin, accessToken);

  const fake: FakeChannelAdmin = {
    home: {
      apiOrigin,
      pageOrigins: ['https://sign-in.example.net'],
      pageDomains: ['example.com'],
    },
    unusedTokens: new Map(),
    accessTokens: new Set(),
    accessToken: 'the-access-token-of-the-admin',
    channels: new Map(),
    calledOrigins: [],
    failures: [],
    findHome: async () => fake.home,
    async signIn({ apiOrigin: origin, brandId, userId, token }) {
      meet(origin);
      const holder = fake.unusedTokens.get(token);
      if (holder?.brandId !== brandId || holder.userId !== userId) {
        throw new RemoteError('CONTACT_CENTRE_UNAUTHORISED', 'this token is not good');
      }
      fake.unusedTokens.delete(token);
      fake.accessTokens.add(fake.accessToken);
      return { apiOrigin: origin, accessToken: fake.accessToken };
    },
    async listChannels(access) {
      enter(access);
      return [...fake.channels.values()];
    },
    async putChannel(access, order) {
      enter(access);
      fake.channels.set(order.id, order);
    },
    async removeChannel(access, id) {
      enter(access);
      fake.channels.delete(id);
    },
  };
  return fake;
}
