/**
 * @module What the admin pages ask of the contact centre, in the name of the admin who opened them.
 *
 * Every method throws a `RemoteError`. No access token and no one-time token may reach a log line
 * or the message of an error.
 */

/** Where the contact centre is at home. */
export interface ContactCentreHome {
  /** The origin of the API that this engine calls itself. */
  readonly apiOrigin: string;
  /** Further origins that its pages come from. */
  readonly pageOrigins: readonly string[];
  /** Domains of its own: every https host below one of them is its, too. */
  readonly pageDomains: readonly string[];
}

/** What the contact centre puts into the link by which it opens an admin page. */
export interface AdminLink {
  /** An origin; must have been found to be the contact centre's. */
  readonly apiOrigin: string;
  readonly brandId: number;
  readonly userId: number;
  /** Good for one sign-in. */
  readonly token: string;
}

/** What an admin may call, and as whom. */
export interface AdminAccess {
  readonly apiOrigin: string;
  readonly accessToken: string;
}

/** What an admin may choose for a channel. */
export interface ChannelOptions {
  /** Agents may write first. */
  readonly canAgentsBegin: boolean;
  readonly canAgentsSendFiles: boolean;
}

/** A channel as the contact centre has it. */
export interface ListedChannel {
  readonly id: string;
  readonly name: string;
  /** The integration that it belongs to; absent where it has none. */
  readonly integrationId?: string;
  readonly options: ChannelOptions;
}

/** A channel as the contact centre is to have it. */
export interface ChannelOrder {
  readonly id: string;
  readonly name: string;
  readonly integrationId: string;
  readonly options: ChannelOptions;
  /** Whether customers are shown which message an agent's answers, or hands on. */
  readonly showsReplies: boolean;
}

export interface ChannelAdmin {
  /** Says where the contact centre is, so that no other host is called or sent to. */
  findHome(): Promise<ContactCentreHome>;

  /**
   * Exchanges the token of a link for an access token.
   *
   * Throws `CONTACT_CENTRE_UNAUTHORISED`, `_FORBIDDEN` or `_REJECTED` for a token that is not good,
   * or is of another tenant.
   */
  signIn(link: AdminLink): Promise<AdminAccess>;

  /** Lists every channel that the admin may see, of any integration. */
  listChannels(access: AdminAccess): Promise<readonly ListedChannel[]>;

  /** Creates a channel, or brings the one of this id up to date. Must be safe to call again. */
  putChannel(access: AdminAccess, order: ChannelOrder): Promise<void>;

  /** Removes a channel. Must resolve when there is none of this id. */
  removeChannel(access: AdminAccess, id: string): Promise<void>;
}
