// The program under test, with the sandbox inside.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class LoginServer {
  /** Over plain HTTP. */
  static start() {
    return LoginServer.#start("--port", "0");
  }

  /** Over HTTPS, at these providers, with the certificate in the folder `AUTHORITY`. */
  static async startSecure(providers) {
    const folder = process.env.AUTHORITY;
    const port = await freePort();
    const file = join(folder, "login_server.json");
    writeFileSync(file, JSON.stringify({
      public_url: `https://localhost:${port}`,
      listen: { port, certificate: join(folder, "localhost.pem"), private_key: join(folder, "localhost.key") },
      providers: Object.fromEntries(providers.map((each) => [each.name, { client_id: "the sandbox has its own" }])),
    }));
    return LoginServer.#start("--config", file);
  }

  static async #start(...options) {
    const server = new LoginServer();
    server.process = spawn(process.env.LOGIN_SERVER, ["--sandbox", ...options]);
    server.log = [];
    createInterface({ input: server.process.stdout }).on("line", (line) => server.log.push(line));
    for await (const line of createInterface({ input: server.process.stderr })) {
      const found = /^Open (https?:\/\/[^ ]+)\/ /.exec(line);
      if (found) {
        server.url = found[1];
        return server;
      }
    }
    throw new Error("the server did not start");
  }

  /** The lines of one kind of event. */
  events(event) {
    return this.log.map((line) => JSON.parse(line)).filter((each) => each.event === event);
  }

  /** A metric's value, its labels written as the server writes them. */
  async metric(sample) {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split("\n").find((each) => each.startsWith(`${sample} `));
    return line ? Number(line.split(" ").at(-1)) : 0;
  }

  /** Returns the exit status. */
  async stop() {
    const ended = once(this.process, "close");
    this.process.kill("SIGTERM");
    return (await ended)[0];
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
