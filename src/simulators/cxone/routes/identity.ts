import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { defaultAgent } from '../agents.js';
import type { SimulatorContext } from '../context.js';
import { DfoError, parseBody } from '../dfo-error.js';
import { type Operation, queryValue } from '../operations.js';
import { sameSecret } from '../tokens.js';
import { brandOf } from '../views.js';

/** Names our own origin as the caller reached it. */
export function originOf(req: Request): string {
  return `http://${req.headers.host ?? 'localhost'}`;
}

/** Lists issuer, token endpoint and discovery (cxone.md 3.1 and 3.3). */
export function identityOperations(context: SimulatorContext): Operation[] {
  return [
    {
      name: 'openidConfiguration',
      method: 'get',
      path: '/.well-known/openid-configuration',
      auth: 'none',
      handle(req, res) {
        const issuer = originOf(req);
        res.json({
          issuer,
          authorization_endpoint: `${issuer}/auth/authorize`,
          token_endpoint: `${issuer}/auth/token`,
          jwks_uri: `${issuer}/auth/jwks`,
          userinfo_endpoint: `${issuer}/auth/userinfo`,
          revocation_endpoint: `${issuer}/auth/revoke`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        });
      },
    },
    {
      name: 'cxoneConfiguration',
      method: 'get',
      path: '/.well-known/cxone-configuration',
      auth: 'none',
      handle(req, res) {
        const tenantId = queryValue(req, 'tenantId');
        if (tenantId === undefined) {
          throw new DfoError(400, [{ field: 'tenantId', message: 'tenantId is required.' }]);
        }
        if (tenantId !== context.tenantId) {
          throw new DfoError(404, [
            { message: 'The tenant was not found.', errorCode: 'notFound' },
          ]);
        }
        const origin = originOf(req);
        res.json({
          api_endpoint: origin,
          auth_endpoint: `${origin}/auth`,
          area: 'simulator',
          cluster: 'SIM',
          domain: 'localhost',
          acdDomain: 'localhost',
          uhDomain: 'localhost',
          globaldomain_v1: 'localhost',
          tenantId,
        });
      },
    },
    {
      name: 'jwks',
      method: 'get',
      path: '/auth/jwks',
      auth: 'none',
      handle: (_req, res) => void res.json(context.tokens.jwks),
    },
    {
      name: 'token',
      method: 'post',
      path: '/auth/token',
      auth: 'none',
      handle: (req, res) => answerToken(context, req, res),
    },
  ];
}

const grantSchema = z.object({
  grant_type: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

function answerToken(context: SimulatorContext, req: Request, res: Response): void {
  const refuse = (status: number, error: string, description: string) => {
    if (status === 401) res.setHeader('WWW-Authenticate', 'Basic realm="cxone"');
    res.status(status).json({ error, error_description: description });
  };
  const parsed = grantSchema.safeParse(req.body ?? {});
  if (!parsed.success) {
    refuse(400, 'invalid_request', 'A form with a grant_type is expected.');
    return;
  }
  const grant = parsed.data;
  const { credentials } = context;
  const clients = [
    ...basicClients(req.headers.authorization),
    [grant.client_id, grant.client_secret],
  ];
  const isClient = clients.some(
    ([id, secret]) =>
      sameSecret(id ?? '', credentials.clientId) &&
      sameSecret(secret ?? '', credentials.clientSecret),
  );
  if (!isClient) {
    refuse(401, 'invalid_client', 'Client authentication failed.');
  } else if (grant.grant_type === undefined) {
    refuse(400, 'invalid_request', 'grant_type is required.');
  } else if (grant.grant_type !== 'password') {
    refuse(400, 'unsupported_grant_type', 'Only the password grant is supported.');
  } else if (
    !sameSecret(grant.username ?? '', credentials.accessKeyId) ||
    !sameSecret(grant.password ?? '', credentials.accessKeySecret)
  ) {
    refuse(400, 'invalid_grant', 'The access key is not valid.');
  } else {
    context.files.noteCaller(originOf(req));
    const { accessToken, idToken, expiresIn } = context.tokens.issue(originOf(req));
    res.setHeader('Cache-Control', 'no-store');
    res.json({
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: expiresIn,
      refresh_token: randomBytes(24).toString('base64url'),
      refresh_token_expires_in: expiresIn * 2,
      id_token: idToken,
      scope: 'openid',
    });
  }
}

const formDecode = (part: string) => decodeURIComponent(part.replaceAll('+', '%20'));

/** Reads a Basic header as it is and with its parts URL-decoded: clients do both. */
function basicClients(header: string | undefined): [string, string][] {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const split = text.indexOf(':');
  if (split < 0) return [];
  const plain: [string, string] = [text.slice(0, split), text.slice(split + 1)];
  try {
    return [plain, [formDecode(plain[0]), formDecode(plain[1])]];
  } catch {
    return [plain];
  }
}

const verificationSchema = z.object({
  brandId: z.number(),
  userId: z.number(),
  token: z.string().min(1),
  purpose: z.enum(['login', 'channel-integration', 'custom-component-login']),
});

/** Lists the exchange of one-time tokens (cxone.md 1.8), and the set of those not yet used. */
export function oneTimeTokenOperations(
  context: SimulatorContext,
  unused: Map<string, { brandId: number; userId: number }>,
): Operation[] {
  return [
    {
      name: 'verifyOneTimeToken',
      method: 'post',
      path: '/one-time-token/verification',
      auth: 'none',
      handle(req, res) {
        const body = parseBody(verificationSchema, req.body);
        const known = unused.get(body.token);
        if (!known || known.brandId !== body.brandId || known.userId !== body.userId) {
          throw new DfoError(401, [{ field: 'token', message: 'The token is not valid.' }]);
        }
        unused.delete(body.token);
        res.json({
          brand: brandOf(context.tenantId),
          user: { ...defaultAgent, id: body.userId },
          accessToken: context.tokens.issue(originOf(req)).accessToken,
        });
      },
    },
  ];
}
