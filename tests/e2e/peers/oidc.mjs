// npm's oidc-provider, and a service that takes its tokens. Started with a port, a folder and the kid of the key it signs with.
// Clients: basic and post have the secret "client secret+100%"; rsa and ec the keys rsa.pem and ec.pem, which are left in the folder.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { createLocalJWKSet, exportJWK, jwtVerify } from 'jose';
import { Provider } from 'oidc-provider';
import { WebSocketServer } from 'ws';

const [port, folder, kid] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`, resource = `${issuer}/api`;

async function publicKey(name, options) {
  const file = `${folder}/${name}.pem`;
  if (!fs.existsSync(file)) {
    const { privateKey } = crypto.generateKeyPairSync(name, options);
    fs.writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  return { kid: name, ...(await exportJWK(crypto.createPublicKey(fs.readFileSync(file)))) };
}
const keyOf = { rsa: await publicKey('rsa', { modulusLength: 2048 }), ec: await publicKey('ec', { namedCurve: 'P-256' }) };
const signing = { kid, use: 'sig', ...(await exportJWK(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)) };

const client = (client_id, more) => ({ client_id, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], id_token_signed_response_alg: 'ES256', ...more });
const provider = new Provider(issuer, {
  jwks: { keys: [signing] },
  clients: [
    client('basic', { client_secret: 'client secret+100%', token_endpoint_auth_method: 'client_secret_basic' }),
    client('post', { client_secret: 'client secret+100%', token_endpoint_auth_method: 'client_secret_post' }),
    client('rsa', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [keyOf.rsa] } }),
    client('ec', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [keyOf.ec] } }),
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: '', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
});
provider.on('grant.error', (_, error) => console.log('refused', error.message, error.error_detail));

const { d, ...published } = signing;
const keys = createLocalJWKSet({ keys: [published] });
const good = (request) =>
  jwtVerify((request.headers.authorization ?? '').replace(/^Bearer /, ''), keys, { issuer, audience: resource }).then(() => true, () => false);
const server = http.createServer(async (request, response) => {
  if (request.url !== '/api') return provider.callback()(request, response);
  response.writeHead((await good(request)) ? 200 : 401).end('{}');
});
const sockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, async (web) => {
    if (request.url === '/open' || (await good(request))) web.send('{"type":"connection_established"}');
    else web.close(1008, 'Unauthorized');
  }));
server.listen(Number(port), '127.0.0.1');
