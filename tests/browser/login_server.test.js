// The login server in a browser: sh tests/browser.sh
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { launch, providers, Visitor } from "./browser.js";
import { LoginServer } from "./login_server.js";

const named = (name) => providers.find((each) => each.name === name);

const ways = [
  { way: "HTTP on this machine", prefix: "", start: () => LoginServer.start(), home: process.env.HOME },
  { way: "HTTPS", prefix: "__Host-", start: () => LoginServer.startSecure(providers), home: `${process.env.AUTHORITY}/home` },
];

ways.forEach(({ way, prefix, start, home }) => describe(`the login server over ${way}`, { timeout: 300_000 }, () => {
  let server;
  let browser;

  before(async () => {
    server = await start();
    browser = await launch(home);
  });

  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  const visit = async (story, options) => {
    const visitor = await Visitor.arrive(browser, server, options);
    await story(visitor, visitor.page);
    await visitor.leave();
  };

  for (const provider of providers) {
    it(`logs in at ${provider.title}, after the user has said no once`, () => visit(async (visitor, page) => {
      await visitor.begin(provider);
      await visitor.screenshot(`consent-${provider.name}`);
      await visitor.decide("Deny");
      await page.getByRole("heading", { name: "Not logged in" }).waitFor();
      await visitor.screenshot(`denied-${provider.name}`);
      assert.equal((await page.goto("/me")).url(), `${server.url}/?return_to=%2Fme`);

      await visitor.begin(provider);
      await visitor.decide("Allow");
      await page.waitForURL(`${server.url}/me`);
      const card = visitor.card(provider);
      if (provider.who) {
        await card.getByText(provider.who, { exact: true }).first().waitFor();
      } else {
        await card.getByText("It does not say who you are").waitFor();
      }
      await visitor.screenshot(`account-${provider.name}`);
      assert.equal(await card.getByRole("button", { name: "Refresh the token" }).count(), provider.refresh ? 1 : 0);
    }));

    it(`signs out of ${provider.title}, and says what became of the token`, () => visit(async (visitor, page) => {
      await visitor.logIn(provider);
      await visitor.card(provider).getByRole("button", { name: "Sign out" }).click();
      const told = await page.getByRole("status").innerText();
      assert.match(told, provider.revoke ? /its token is revoked/ : /has no revocation: the token was forgotten here/);
      await visitor.screenshot(`signed-out-${provider.name}`);
      await page.goto("/me");
      assert.equal(new URL(page.url()).pathname, "/");
      assert.deepEqual((await visitor.context.cookies()).filter((each) => each.name.endsWith("session")), []);
    }));
  }

  it("does without scripts, but that the answer in VK's fragment is pasted", () => visit(async (visitor, page) => {
    for (const provider of providers) {
      await visitor.begin(provider);
      await visitor.decide("Allow");
      if (provider.fragment) {
        await page.getByRole("heading", { name: "Finishing the login" }).waitFor();
        await visitor.screenshot("paste");
        await page.getByLabel("The address of this page").fill(` ${page.url()}\n`);
        await page.getByRole("button", { name: "Go on" }).click();
      }
      await page.waitForURL("**/me");
      await visitor.card(provider).waitFor();
    }
  }, { javaScriptEnabled: false }));

  it("keeps VK's token out of the address bar and the history", () => visit(async (visitor, page) => {
    await visitor.logIn(named("vk"));
    await page.goBack();
    assert.doesNotMatch(page.url(), /access_token/);
    assert.ok(visitor.seen.every((each) => !each.includes("access_token") || each.includes("#")));
  }));

  it("says so where the provider's page sent nothing", () => visit(async (visitor, page) => {
    await page.goto("/callback/vk");
    await page.getByText("VK sent nothing along with this page.").waitFor();
  }));

  it("has one account for the logins of one browser", () => visit(async (visitor, page) => {
    for (const provider of providers) {
      await visitor.logIn(provider);
    }
    assert.equal(await page.getByRole("heading", { level: 2 }).count(), providers.length);
    await page.getByRole("heading", { name: "Hello, bob" }).waitFor();
    await visitor.screenshot("account");
    await visitor.card(named("hikka")).getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out of Hikka").waitFor();
    assert.equal(new URL(page.url()).pathname, "/me");
    await page.getByRole("link", { name: "Add Hikka" }).click();
    await visitor.decide("Allow");
    await page.waitForURL("**/me");
    await visitor.card(named("hikka")).waitFor();
  }));

  for (const provider of providers.filter((each) => each.refresh)) {
    it(`refreshes the token of ${provider.title} when asked`, () => visit(async (visitor, page) => {
      await visitor.logIn(provider);
      const before = await server.metric("coauth_cache_refreshes_total");
      await visitor.card(provider).getByRole("button", { name: "Refresh the token" }).click();
      await page.getByText(`The token of ${provider.title} is new.`).waitFor();
      assert.equal(await server.metric("coauth_cache_refreshes_total"), before + 1);
      await visitor.card(provider).getByText("good for").waitFor();
    }));
  }

  for (const provider of [named("hitkey"), named("hikka")]) {
    it(`lets two tabs log in at ${provider.title} at once`, () => visit(async (visitor, first) => {
      const second = await visitor.context.newPage();
      await visitor.begin(provider, first);
      await visitor.begin(provider, second);
      await visitor.decide("Allow", second, "Ann Archer");
      await second.waitForURL("**/me");
      await visitor.decide("Allow", first);
      await first.waitForURL("**/me");
      await visitor.card(provider, first).getByText("bob@example.com").waitFor();
      await second.reload();
      await visitor.card(provider, second).getByText("bob@example.com").waitFor();
    }));
  }

  it("takes a login once, however often the user goes back", () => visit(async (visitor, page) => {
    await visitor.begin(named("hitkey"));
    await page.goBack();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await visitor.logIn(named("hitkey"));
    await page.goBack();
    await page.getByRole("heading", { name: "Login server wants to log you in" }).waitFor();
    await page.reload();
    await visitor.decide("Allow");
    await page.getByRole("heading", { name: "The login did not work" }).waitFor();
    await visitor.screenshot("used-up");
    await page.getByRole("link", { name: "All ways to sign in" }).click();
    await page.getByRole("link", { name: "your account" }).click();
    await visitor.card(named("hitkey")).waitFor();
  }));

  it("leads to where the user wanted to go, and never to another site", () => visit(async (visitor, page) => {
    await page.goto("/?return_to=%2Fme%3Fprovider%3Dhikka");
    await page.getByRole("link", { name: "Continue with Hikka" }).click();
    await visitor.decide("Allow");
    await page.waitForURL(`${server.url}/me?provider=hikka`);
    for (const elsewhere of ["https://evil.example/", "//evil.example", "/\\evil.example"]) {
      const refused = await page.goto(`/login/hikka?return_to=${encodeURIComponent(elsewhere)}`);
      assert.equal(refused.status(), 400);
    }
  }));

  it("changes the session's cookie at each login, and hides it from scripts", () => visit(async (visitor) => {
    const session = async () => (await visitor.context.cookies()).find((each) => each.name === `${prefix}session`);
    await visitor.logIn(named("hitkey"));
    const first = await session();
    assert.ok(first.httpOnly && first.sameSite === "Lax" && first.path === "/");
    await visitor.logIn(named("hikka"));
    assert.notEqual((await session()).value, first.value);
    const stolen = await fetch(`${server.url}/me`, { headers: { Cookie: `${prefix}session=${first.value}` }, redirect: "manual" });
    assert.equal(stolen.status, 303);
  }));

  it("takes no form that is not its own", () => visit(async (visitor, page) => {
    await visitor.logIn(named("hitkey"));
    const forged = { provider: "hitkey", form_token: "guessed" };
    assert.equal((await page.request.post("/me/sign-out", { form: forged })).status(), 403);
    const form_token = await page.locator("input[name=form_token]").first().inputValue();
    const foreign = { form: { provider: "hitkey", form_token }, headers: { "Sec-Fetch-Site": "cross-site" } };
    assert.equal((await page.request.post("/me/sign-out", foreign)).status(), 403);
    await page.reload();
    await visitor.card(named("hitkey")).waitFor();
  }));

  const looks = [
    { name: "phone", viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
    { name: "phone-dark", viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2,
      colorScheme: "dark" },
    { name: "desk", viewport: { width: 1280, height: 800 } },
    { name: "desk-dark", viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  ];
  for (const { name, ...look } of looks) {
    it(`fits and can be read: ${name}`, () => visit(async (visitor, page) => {
      const judge = async (shown) => {
        await visitor.screenshot(`${shown}-${name}`);
        const seen = await page.evaluate(() => ({
          overflow: document.documentElement.scrollWidth - window.innerWidth,
          background: getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number),
          low: [...document.querySelectorAll("button, .button, .provider")]
            .map((each) => each.getBoundingClientRect().height).filter((height) => height < 44),
        }));
        assert.ok(seen.overflow <= 0, "no scrolling sideways");
        assert.deepEqual(seen.low, [], "what is to be touched is high enough");
        assert.equal(seen.background[0] < 128, look.colorScheme === "dark");
      };
      await page.goto("/");
      await judge("sign-in");
      await visitor.logIn(named("hitkey"));
      await visitor.logIn(named("hike"));
      await judge("account");
      await visitor.begin(named("vk"));
      await visitor.decide("Deny");
      await page.getByRole("heading", { name: "Not logged in" }).waitFor();
      await judge("denied");
    }, look));
  }

  it("logs every login, and no secret", async () => {
    const secrets = new Set();
    const visitor = await Visitor.arrive(browser, server);
    for (const provider of providers) {
      await visitor.logIn(provider);
      (await visitor.context.cookies()).forEach((each) => secrets.add(each.value));
    }
    for (const url of visitor.seen.map((each) => new URL(each))) {
      for (const [name, value] of [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))]) {
        if (["code", "state", "access_token", "reference", "request_token", "authToken"].includes(name) &&
            value !== "sandbox-client") {
          secrets.add(value);
        }
      }
    }
    await visitor.leave();
    assert.ok(secrets.size >= 10);
    const log = server.log.join("\n");
    for (const secret of secrets) {
      assert.ok(!log.includes(secret));
    }
    const completed = server.events("login").filter((each) => each.outcome === "completed");
    assert.ok(providers.every((provider) => completed.some((each) => each.provider === provider.name)));
    assert.equal(await server.metric('login_server_logins_total{provider="vk",outcome="completed"}'),
      completed.filter((each) => each.provider === "vk").length);
  });
}));

describe("the login server's certificate", { timeout: 60_000 }, () => {
  let server;

  before(async () => {
    server = await LoginServer.startSecure(providers);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
  });

  it("is asked for by the browser, and every cookie is bound to the host that has it", async () => {
    const browser = await launch(`${process.env.AUTHORITY}/home`);
    const visitor = await Visitor.arrive(browser, server);
    await visitor.begin(named("hitkey"));
    const begun = await visitor.context.cookies();
    await visitor.decide("Allow");
    await visitor.page.waitForURL("**/me");
    const own = [...begun, ...await visitor.context.cookies()].filter((each) => each.name !== "sandbox-browser");
    assert.ok(begun.length > 0 && own.some((each) => each.name === "__Host-session"));
    for (const each of own) {
      assert.match(each.name, /^__Host-/);
      assert.ok(each.secure && each.httpOnly && each.path === "/" && each.domain === "localhost");
    }
    await visitor.leave();
    await browser.close();
  });

  it("is not taken where nobody trusts who issued it", async () => {
    const browser = await launch(mkdtempSync(`${process.env.AUTHORITY}/home-`));
    const page = await browser.newPage();
    await assert.rejects(page.goto(server.url), /ERR_CERT_AUTHORITY_INVALID/);
    await browser.close();
  });
});

describe("the login server's end", { timeout: 60_000 }, () => {
  it("lets a login under way finish", async () => {
    const server = await LoginServer.start();
    const browser = await launch();
    const visitor = await Visitor.arrive(browser, server);
    await visitor.begin(named("hitkey"));
    const stopped = server.stop();
    const callback = visitor.page.waitForResponse((each) => each.url().includes("/callback/hitkey"));
    await visitor.decide("Allow").catch(() => {});  // the page that follows may be gone with the server
    assert.equal((await callback).status(), 303);
    assert.equal(await stopped, 0);
    assert.equal(server.events("logins closed")[0].left, 0);
    await browser.close();
  });
});
