// Chromium as a user has it, and what such a user does.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const providers = [
  { name: "hike", title: "Hike", refresh: true, revoke: false },
  { name: "hikka", title: "Hikka", who: "bob", refresh: false, revoke: true },
  { name: "hitbox", title: "Hitbox", who: "bob", refresh: false, revoke: true },
  { name: "hitkey", title: "HitKey", who: "Bob Baker", refresh: true, revoke: false },
  { name: "vk", title: "VK", who: "Bob", refresh: false, revoke: false, fragment: true },
];

/** Whose certificates the browser trusts is in the user's home. */
export function launch(home = process.env.HOME) {
  return chromium.launch({
    env: { ...process.env, HOME: home },
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

/** A person with a browser of their own. Whatever the page complains of is kept in `complaints`. */
export class Visitor {
  static async arrive(browser, server, options = {}) {
    const visitor = new Visitor();
    visitor.server = server;
    visitor.context = await browser.newContext({ baseURL: server.url, ...options });
    visitor.context.setDefaultTimeout(15_000);
    visitor.complaints = [];
    visitor.seen = [];
    visitor.context.on("console", (message) => {
      if (message.type() === "error" && !/status of (4\d\d|5\d\d)/.test(message.text())) {
        visitor.complaints.push(message.text());
      }
    });
    visitor.context.on("weberror", (thrown) => visitor.complaints.push(String(thrown.error())));
    visitor.context.on("request", (request) => visitor.seen.push(request.url()));
    visitor.page = await visitor.context.newPage();
    return visitor;
  }

  async leave() {
    assert.deepEqual(this.complaints, []);
    await this.context.close();
  }

  /** From the sign-in page to the provider's. */
  async begin(provider, page = this.page) {
    await page.goto("/");
    await page.getByRole("link", { name: `Continue with ${provider.title}` }).click();
    await page.getByRole("heading", { name: "Login server wants to log you in" }).waitFor();
  }

  async decide(decision, page = this.page, user = "Bob Baker") {
    await page.getByLabel(user).check();
    await page.getByRole("button", { name: decision }).click();
  }

  async logIn(provider) {
    await this.begin(provider);
    await this.decide("Allow");
    await this.page.waitForURL("**/me");
  }

  card(provider, page = this.page) {
    return page.locator(`#${provider.name}`);
  }

  async screenshot(name, page = this.page) {
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true });
  }
}
