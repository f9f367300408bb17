/** @module The link by which the contact centre opens an admin page (cxone.md 1.8). */
import { z } from 'zod';
import type { AdminLink } from '../../ports/channel-admin.js';
import { signInNeeded } from './admin-sessions.js';

const number = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** The longest token or address that is looked at. */
const longest = 2_000;

const linkSchema = z.object({
  brandId: number,
  userId: number,
  token: z.string().min(1).max(longest),
  apiHost: z.string().min(1).max(longest),
  backUrl: z.string().max(longest).catch(''),
});

/** What the link says, its addresses not yet believed. */
export type RawAdminLink = Omit<AdminLink, 'apiOrigin'> & {
  readonly apiHost: string;
  readonly backUrl: string;
};

/** Reads a link; throws `ADMIN_SIGN_IN_NEEDED` for one that lacks something. */
export function readAdminLink(query: unknown): RawAdminLink {
  const link = linkSchema.safeParse(query);
  if (!link.success) throw signInNeeded(link.error);
  return link.data;
}
