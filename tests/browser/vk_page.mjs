// The page of examples/vk_token_api in Chromium, with the sandbox for VK and a webhook's receiver in this process.
//   node vk_page.mjs PROGRAM FOLDER       screenshots and what the test needs go to FOLDER
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [program, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const inFolder = (name) => join(folder, name);

/// Takes webhooks over TLS, and checks their signature.
class Receiver {
  constructor() {
    this.key = Buffer.from('a key of the browser test');
    this.taken = [];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-days', '2', '-subj', '/CN=webhook', '-addext', 'subjectAltName=IP:127.0.0.1',
      '-keyout', inFolder('webhook.key'), '-out', inFolder('webhook.pem')], { stdio: 'ignore' });
    const tls = { key: readFileSync(inFolder('webhook.key')), cert: readFileSync(inFolder('webhook.pem')) };
    this.server = createServer(tls, (request, response) => this.#take(request, response));
  }

  async listen() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `https://127.0.0.1:${this.server.address().port}/vk`;
  }

  async #take(request, response) {
    let body = '';
    for await (const part of request) {
      body += part;
    }
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers;
    const expected = 'v1,' + createHmac('sha256', this.key).update(`${id}.${time}.${body}`).digest('base64');
    const isGenuine = timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
    // The first one is refused: it has to be sent again.
    this.taken.push({ id, isGenuine, body: JSON.parse(body) });
    response.writeHead(this.taken.length === 1 ? 503 : 204).end();
    this.server.emit('taken');
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/// Starts the program, and returns what it prints for a newcomer.
async function start(webhookUrl, key) {
  writeFileSync(inFolder('vk.json'), JSON.stringify({
    listen: { port: 0 },
    webhook: { url: webhookUrl, ca_file: inFolder('webhook.pem') },
  }));
  const running = spawn(program, ['--sandbox', '--token-lifetime', '5400', '--config', inFolder('vk.json')], {
    env: { ...process.env, VK_TOKEN_API_WEBHOOK_KEY: key.toString() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = [];
  createInterface({ input: running.stderr }).on('line', (line) => log.push(line));
  const told = { running, log };
  for await (const line of createInterface({ input: running.stdout })) {
    told.base ??= line.match(/is at (http:\S+);/)?.[1];
    told.jwt ??= line.match(/^JWT=(\S+)/)?.[1];
    told.vkPort = line.match(/MAP oauth\.vk\.com 127\.0\.0\.1:(\d+)/)?.[1];
    if (told.vkPort) {
      return told;
    }
  }
  throw new Error('the program ended: ' + log.join('\n'));
}

/// What VK's page says when the user has decided there: the address of the page that it opens.
async function decide(page, decision) {
  const [vk] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Open VK' }).click()]);
  await vk.getByRole('button', { name: decision }).click();
  await vk.waitForURL(/blank\.html#/);
  const address = vk.url();
  await vk.close();
  return address;
}

async function paste(page, text) {
  await page.getByLabel('Address or token').fill(text);
  await page.getByRole('button', { name: 'Save the token' }).click();
}

async function signIn(page, base, jwt) {
  await page.goto(base + '/settings/vk');
  await page.getByLabel('JSON Web Token').fill(jwt);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const sessionOf = async (context) => (await context.cookies()).find((each) => each.name === '__Host-vk_session');
const isModal = (dialog) => dialog.evaluate((shown) => shown.matches(':modal'));

async function withScripts(context, { base, jwt }) {
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (thrown) => complaints.push(String(thrown)));

  await signIn(page, base, 'not.a.token');
  await page.getByRole('alert').getByText('The signature of the token is wrong').waitFor();
  assert.equal(await sessionOf(context), undefined);
  complaints.length = 0;  // the browser reports the 401
  await signIn(page, base, jwt);
  await page.getByText('There is no VK token yet.').waitFor();
  const { httpOnly, secure, sameSite } = await sessionOf(context);
  assert.deepEqual({ httpOnly, secure, sameSite }, { httpOnly: true, secure: true, sameSite: 'Lax' });

  await page.getByRole('link', { name: 'Get a token' }).click();
  await page.screenshot({ path: inFolder('renewal.png') });
  const address = await decide(page, 'Allow');
  assert.match(address, /^https:\/\/oauth\.vk\.com\/blank\.html#access_token=vk1\.a\./);
  await paste(page, `\n "${address}" `);
  await page.getByRole('status').getByText('VK token saved successfully (expires in 1h 30m)').waitFor();
  const dialog = page.getByRole('dialog', { name: 'VK Token Expiring' });
  await dialog.waitFor();
  assert.ok(await isModal(dialog), 'the dialog is modal');
  await dialog.getByText(/Token expires in 1h (30|29)m: default/).waitFor();
  await page.screenshot({ path: inFolder('warning.png') });
  assert.deepEqual(complaints, []);

  await dialog.getByRole('link', { name: 'Refresh Token' }).click();
  await page.waitForURL(/refresh\?account_name=default$/);
  assert.equal(await page.getByLabel('Name of the account').inputValue(), 'default');
  await paste(page, await decide(page, 'Deny'));
  await page.getByRole('alert').getByText('access was refused on its page').waitFor();
  await page.screenshot({ path: inFolder('refused.png') });

  await page.getByRole('link', { name: 'Back' }).click();
  await dialog.getByRole('button', { name: 'Later' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.reload();
  await page.getByText(/Expires in 1h (30|29)m/).waitFor();
  assert.ok(!(await dialog.isVisible()), '"Later" is remembered');
  await page.screenshot({ path: inFolder('status.png') });

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await sessionOf(context), undefined);
}

async function withoutScripts(context, { base, jwt }) {
  const page = await context.newPage();
  await signIn(page, base, jwt);
  const dialog = page.getByRole('dialog', { name: 'VK Token Expiring' });
  await dialog.waitFor();
  await page.screenshot({ path: inFolder('warning-phone-dark.png') });
  await dialog.getByRole('button', { name: 'Later' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.goto(base + '/settings/vk/refresh');
  await paste(page, await decide(page, 'Allow'));
  await page.getByRole('status').getByText('VK token saved successfully').waitFor();
}

async function webhooks({ server, taken }) {
  while (taken.length < 2) {
    await once(server, 'taken');
  }
  const [first, second] = taken;
  assert.ok(taken.every((each) => each.isGenuine), 'each is signed');
  assert.equal(first.id, second.id);
  assert.equal(second.body.event, 'vk_token_expiring');
  assert.equal(second.body.user, 'demo');
  assert.equal(second.body.message, 'VK token expires in < 2h. Please refresh.');
}

const receiver = new Receiver();
const told = await start(await receiver.listen(), receiver.key);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--host-resolver-rules=MAP oauth.vk.com 127.0.0.1:${told.vkPort}`],
});
try {
  const deadline = setTimeout(() => { throw new Error('the test takes too long'); }, 120_000);
  await withScripts(await browser.newContext({ ignoreHTTPSErrors: true }), told);
  await webhooks(receiver);
  await withoutScripts(await browser.newContext({
    ignoreHTTPSErrors: true, javaScriptEnabled: false, colorScheme: 'dark', viewport: { width: 390, height: 700 },
  }), told);
  clearTimeout(deadline);
  told.running.kill('SIGTERM');
  const [status] = await once(told.running, 'exit');
  assert.equal(status, 0);
  assert.ok(!told.log.join('\n').includes('vk1.a.'), 'no token is in the log');
  console.log('vk_page: passed');
} catch (failed) {
  console.error(told.log.join('\n'));
  throw failed;
} finally {
  await browser.close();
  receiver.close();
  told.running.kill('SIGKILL');
}
