// Node's openid-client, version 6, with undici's connections.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as oauth from 'openid-client';
import { Agent, fetch } from 'undici';

const { values: given } = parseArgs({
  options: {
    mode: { type: 'string', default: 'warm' },
    port: { type: 'string', default: '18440' },
    ca: { type: 'string' },
    logins: { type: 'string', default: '20000' },
    'warm-up': { type: 'string', default: '2000' },
    'in-flight': { type: 'string', default: '64' },
    connections: { type: 'string', default: '64' },
  },
});
const inFlight = Number(given['in-flight']);
const subject = '550e8400-e29b-41d4-a716-446655440000';
const port = Number(given.port) + ['warm', 'cold', 'resumed'].indexOf(given.mode);
const origin = `https://localhost:${port}`;

const dispatcher = new Agent({
  connections: Number(given.connections),
  pipelining: 1,
  connect: { ca: readFileSync(given.ca), maxCachedSessions: given.mode === 'resumed' ? 100 : 0 },
});
const config = new oauth.Configuration(
  { issuer: origin, token_endpoint: `${origin}/oauth/token`, userinfo_endpoint: `${origin}/oauth/userinfo` },
  'benchmark-client',
  undefined,
  oauth.ClientSecretPost('client-secret-of-the-benchmark'),
);
config[oauth.customFetch] = (url, options) => fetch(url, { ...options, dispatcher });

const callback = new URL('https://app.example/callback?code=SplxlOBeZQQYbYS6WxSbIA');
const checks = { pkceCodeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' };

async function logIn() {
  const token = await oauth.authorizationCodeGrant(config, callback, checks);
  const who = await oauth.fetchUserInfo(config, token.access_token, subject);
  if (token.access_token.length !== 800 || who.sub !== subject) {
    throw new Error('another answer came');
  }
}

async function run(logins) {
  const latencies = new Float32Array(logins);
  let taken = 0;
  const oneAfterAnother = async () => {
    while (taken < logins) {
      const number = taken++;
      const begun = performance.now();
      await logIn();
      latencies[number] = (performance.now() - begun) * 1000;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, oneAfterAnother));
  return latencies;
}

await run(Number(given['warm-up']));
const logins = Number(given.logins);
const cpu = process.cpuUsage();
const begun = performance.now();
const latencies = (await run(logins)).sort();
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpu);
const percentile = (part) => latencies[Math.floor(part * logins)];

console.log(
  JSON.stringify({
    client: 'node',
    mode: given.mode,
    in_flight: inFlight,
    threads: 1,
    rate: 0,
    logins,
    warm_up: Number(given['warm-up']),
    seconds,
    cpu_seconds: (user + system) / 1e6,
    p50_us: percentile(0.5),
    p99_us: percentile(0.99),
    p99_9_us: percentile(0.999),
    peak_kib: Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]),
  }),
);
process.exit();
